package peer

import (
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/jumboframes/armorigo/log"
	"github.com/singchia/geminio"
	"github.com/singchia/geminio/client"
)

// peer is the state of the program: its ends and streams under the handles the test side knows them by.
type peer struct {
	settings
	out *output
	log log.Logger

	mu      sync.Mutex
	streams map[string]geminio.Stream // ends too: an end is its own stream 1
	next    map[string]int
	socket  net.Conn // the connection last dialled
}

func newPeer(s settings, out *output) *peer {
	log.SetOutput(io.Discard) // some parts of the library log to standard output, whatever logger they are given
	logger := log.NewLog()
	logger.SetLevel(log.LevelFatal)
	logger.SetOutput(io.Discard)
	if s.verbose {
		logger.SetLevel(log.LevelDebug)
		logger.SetOutput(os.Stderr)
	}
	return &peer{settings: s, out: out, log: logger, streams: map[string]geminio.Stream{}, next: map[string]int{}}
}

// start connects or listens, and reports "ready" with what the test side needs to know.
func (p *peer) start() error {
	if p.role == "server" {
		return p.listen()
	}
	meta, err := p.connMeta()
	if err != nil {
		return err
	}
	opts := client.NewEndOptions()
	opts.SetLog(p.log)
	opts.SetDelegate(&watcher{peer: p})
	opts.SetMeta(meta)
	if p.wanted != 0 {
		opts.SetClientID(p.wanted)
	}
	read, write := p.settings.read, p.settings.write
	if p.role == "service" && read == 0 && write == 0 {
		read, write = 1024, 1024 // as the service SDK does
	}
	if read > 0 || write > 0 {
		opts.SetBufferSize(read, write)
	}
	connect := client.NewEndWithDialer
	if p.retry {
		connect = client.NewRetryEndWithDialer
	}
	began := time.Now()
	end, err := connect(p.dial, opts)
	if err != nil {
		return err
	}
	p.keep("", end)
	p.out.send(fields{
		"event": "ready", "clientId": decimal(end.ClientID()), "ms": time.Since(began).Milliseconds(),
		"address": end.LocalAddr().String(),
	})
	return nil
}

// dial opens the connection, with TLS or without, and remembers it, so that a test can cut it below the library.
func (p *peer) dial() (net.Conn, error) {
	conn, err := p.tls.dial(p.address)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.socket = conn
	p.mu.Unlock()
	return conn, nil
}

func (p *peer) cut() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.socket.Close()
}

// keep stores a stream under a fresh handle of the given kind ("c" for ends, "s" for streams, "" for the main end).
func (p *peer) keep(kind string, s geminio.Stream) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	handle := kind
	if kind != "" {
		p.next[kind]++
		handle = fmt.Sprintf("%s%d", kind, p.next[kind])
	}
	p.streams[handle] = s
	return handle
}

func (p *peer) find(handle string) (geminio.Stream, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.streams[handle]
	if !ok {
		return nil, fmt.Errorf("no end or stream %q", handle)
	}
	return s, nil
}

func (p *peer) findEnd(handle string) (geminio.End, error) {
	s, err := p.find(handle)
	if err != nil {
		return nil, err
	}
	end, ok := s.(geminio.End)
	if !ok {
		return nil, fmt.Errorf("%q is a stream, not an end", handle)
	}
	return end, nil
}

// isServiceEnd tells whether the SDK's tail rules apply: on a service's end, not on its streams.
func (p *peer) isServiceEnd(handle string) bool {
	return p.role == "service" && handle == ""
}

func (p *peer) info(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	answer["clientId"] = decimal(s.ClientID())
	answer["streamId"] = decimal(s.StreamID())
	answer["peer"] = s.Peer()
	answer["meta"] = encode64(s.Meta())
	if end, ok := s.(geminio.End); ok {
		answer["streams"] = len(end.ListStreams())
	}
	return nil
}
