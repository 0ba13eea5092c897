// Command examples holds the programs of the original's examples as its users know them: the same flags, prompts and
// texts, on the Go library. The tests of our own examples mix them with ours.
package main

import (
	"fmt"
	"os"
)

var programs = map[string]func(args []string) error{
	"chatroom_service": chatroomService,
	"chatroom_client":  chatroomClient,
	"iclm_service":     iclmService,
	"iclm_edge":        iclmEdge,
	"rtmp_service":     rtmpService,
	"rtmp_edge":        rtmpEdge,
	"wg-edge":          wgEdge,
	"wg-router":        wgRouter,
}

func main() {
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "need the name of a program")
		os.Exit(2)
	}
	if err := programs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
