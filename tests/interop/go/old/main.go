// Command peer is the scriptable peer on the old line of the geminio library, which this module pins.
package main

import (
	"frontier.test/interop/peer"
	_ "github.com/singchia/geminio" // a direct requirement, so that the pinned version stays visible in go.mod
)

func main() { peer.Main() }
