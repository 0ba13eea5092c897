// Command frontlas plays the original's directory of a cluster towards one gateway or several: what its links say and
// do, with the records in memory that the original has in Redis. It is driven by lines on standard input, and answers
// each with one JSON line on standard output:
//
//	dump        tells all records
//	half        installs only the first of the seven methods on the next link, as the original does now and then
//	hold ID     somebody else has this gateway's id
//	free ID     nobody has it any more
//	drop        cuts all links without a word
//	fail TEXT   answers every report with this error; without a text it answers them again
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jumboframes/armorigo/log"
	"github.com/singchia/geminio/server"
)

var out struct {
	sync.Mutex
	lines *json.Encoder
}

func say(line any) {
	out.Lock()
	defer out.Unlock()
	out.lines.Encode(line)
}

func main() {
	address := flag.String("address", "127.0.0.1:0", "where gateways dial")
	ttl := flag.Duration("ttl", 30*time.Second, "how long a record lives without a sign of life")
	flag.Parse()
	out.lines = json.NewEncoder(os.Stdout)

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		say(map[string]string{"error": err.Error()})
		os.Exit(1)
	}
	r := newRecords(*ttl)
	say(map[string]string{"address": listener.Addr().String()})
	go accept(listener, r)

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		word, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		switch word {
		case "dump":
			say(r.dump())
			continue
		case "half":
			r.set(func() { r.half = true })
		case "hold":
			r.set(func() { r.alive[rest] = time.Now().Add(time.Hour) })
		case "free":
			r.set(func() { delete(r.alive, rest) })
		case "fail":
			r.set(func() { r.failure = rest })
		case "drop":
			r.drop()
		}
		say(map[string]string{"done": word})
	}
}

func accept(listener net.Listener, r *records) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go serve(conn, r)
	}
}

// serve is one link: the handshake, in which the gateway is recorded or refused, then the seven methods.
func serve(conn net.Conn, r *records) {
	quiet := log.NewLog()
	quiet.SetLevel(log.LevelFatal)
	w := &watcher{records: r}
	opts := server.NewEndOptions()
	opts.SetLog(quiet)
	opts.SetDelegate(w)
	end, err := server.NewEndWithConn(conn, opts)
	if err != nil {
		return
	}
	r.keep(conn)
	install(end, r)
}
