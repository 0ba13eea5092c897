package peer

import (
	"net"

	"github.com/singchia/geminio/server"
)

// listen accepts plain geminio clients. Every client that completes its handshake is reported by an "accepted" event
// with the handle of its end.
func (p *peer) listen() error {
	ln, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.out.send(fields{"event": "ready", "clientId": "0", "address": ln.Addr().String()})
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go p.admit(conn)
		}
	}()
	return nil
}

func (p *peer) admit(conn net.Conn) {
	opts := server.NewEndOptions()
	opts.SetLog(p.log)
	opts.SetDelegate(&serverWatcher{watcher{peer: p}})
	opts.SetBufferSize(512, 512)
	end, err := server.NewEndWithConn(conn, opts)
	if err != nil {
		p.out.send(fields{"event": "rejected", "error": err.Error()})
		return
	}
	p.out.send(fields{
		"event": "accepted", "end": p.keep("c", end), "clientId": decimal(end.ClientID()), "meta": encode64(end.Meta()),
	})
}
