// Package peer is a scriptable geminio peer for interoperability tests. A program built from it dials a gateway as a
// Frontier service or edge (or accepts plain geminio clients itself) and is then driven by JSON lines: one command per
// line on standard input, one answer or event per line on standard output.
//
// The package compiles against both lines of the geminio library; each of the sibling modules "new" and "old" pins one.
package peer

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

// settings are the start-up flags.
type settings struct {
	role    string
	address string
	name    string
	topics  string
	meta    string
	retry   bool
	wanted  uint64
	count   int
	read    int
	write   int
	verbose bool
	tls     tlsFiles
}

// Main runs the peer until standard input ends.
func Main() {
	var s settings
	flag.StringVar(&s.role, "role", "edge", "service, edge, server, gateway towards a directory, or swarm: many edges")
	flag.StringVar(&s.address, "address", "127.0.0.1:0", "where to dial, or where the server listens; a swarm takes several, with commas")
	flag.StringVar(&s.name, "name", "", "name of a service, id of a gateway")
	flag.StringVar(&s.topics, "topics", "", "comma separated topics of a service")
	flag.StringVar(&s.meta, "meta", "", "connection meta of an edge, and of a gateway that says something else than it should")
	flag.BoolVar(&s.retry, "retry", false, "reconnect after a loss")
	flag.Uint64Var(&s.wanted, "wanted", 0, "client id to ask for, 0 for none")
	flag.IntVar(&s.count, "count", 1, "edges of a swarm")
	flag.IntVar(&s.read, "read-buffer", 0, "read queue length in packets, 0 for the library's")
	flag.IntVar(&s.write, "write-buffer", 0, "write queue length in packets, 0 for the library's")
	flag.BoolVar(&s.verbose, "verbose", false, "library log on standard error")
	flag.StringVar(&s.tls.ca, "tls-ca", "", "PEM file of authorities; dials with TLS")
	flag.StringVar(&s.tls.cert, "tls-cert", "", "PEM file of a certificate to show")
	flag.StringVar(&s.tls.key, "tls-key", "", "PEM file of its key")
	flag.StringVar(&s.tls.name, "tls-name", "", "name the server's certificate must be for, the address if empty")
	flag.Parse()

	out := newOutput(os.Stdout)
	if s.role == "swarm" {
		runSwarm(s, out)
		return
	}
	p := newPeer(s, out)
	if err := p.start(); err != nil {
		out.send(fields{"event": "refused", "error": err.Error()})
		os.Exit(0)
	}
	p.serve()
}

// serve reads commands until standard input ends. Every command runs in a task of its own, so that a blocked one delays
// no other.
func (p *peer) serve() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 64*1024), 64*1024*1024)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		var c command
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			p.out.send(fields{"event": "fault", "error": fmt.Sprintf("bad command: %v", err)})
			continue
		}
		go p.run(&c)
	}
}

// run executes one command and answers it, with the error's text if it failed.
func (p *peer) run(c *command) {
	answer := fields{}
	err := p.dispatch(c, answer)
	answer["id"] = c.ID
	answer["ok"] = err == nil
	if err != nil {
		answer["error"] = err.Error()
	}
	p.out.send(answer)
}
