package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/singchia/geminio"
)

func writeFrame(w io.Writer, payload []byte) error {
	if len(payload) == 0 {
		return errors.New("frame: empty payload")
	}
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(payload))), payload...))
	return err
}

func readFrame(r io.Reader) ([]byte, error) {
	var header [2]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	payload := make([]byte, binary.BigEndian.Uint16(header[:]))
	if len(payload) == 0 {
		return nil, errors.New("frame: zero-length frame on wire")
	}
	_, err := io.ReadFull(r, payload)
	return payload, err
}

func wgEdge(args []string) error {
	flags := flag.NewFlagSet("wg-edge", flag.ExitOnError)
	address := flags.String("frontier-addr", "127.0.0.1:30012", "edgebound address")
	listen := flags.String("listen", "127.0.0.1:51820", "UDP address")
	pairID := flags.String("pair-id", "hello", "pair id")
	name := flags.String("name", "edge", "name")
	flags.Parse(args)
	where, err := net.ResolveUDPAddr("udp", *listen)
	if err != nil {
		return err
	}
	socket, err := net.ListenUDP("udp", where)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "[wg-edge %s] listening UDP on %s\n", *name, socket.LocalAddr())
	edge, err := connect(*address, false, []byte(*name), true)
	if err != nil {
		return err
	}
	stream, err := edge.openTo("wg")
	if err != nil {
		return err
	}
	if err := writeFrame(stream, []byte(*pairID)); err != nil {
		return err
	}
	var peer atomic.Pointer[net.UDPAddr]
	go func() {
		buffer := make([]byte, 65535)
		for {
			n, from, err := socket.ReadFromUDP(buffer)
			if err != nil {
				return
			}
			peer.Store(from)
			writeFrame(stream, buffer[:n])
		}
	}()
	for {
		payload, err := readFrame(stream)
		if err != nil {
			return err
		}
		if to := peer.Load(); to != nil {
			socket.WriteToUDP(payload, to)
		}
	}
}

func wgRouter(args []string) error {
	flags := flag.NewFlagSet("wg-router", flag.ExitOnError)
	address := flags.String("frontier-addr", "127.0.0.1:30011", "servicebound address")
	timeout := flags.Duration("pair-timeout", 60*time.Second, "longest wait for a partner")
	flags.Parse(args)
	service, err := connectService(*address, "wg", nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "[wg-router] registered service \"wg\", accepting streams\n")
	var mu sync.Mutex
	waiting := map[string]geminio.Stream{}
	pump := func(to, from geminio.Stream) {
		for {
			payload, err := readFrame(from)
			if err != nil || writeFrame(to, payload) != nil {
				to.Close()
				return
			}
		}
	}
	for {
		stream, err := service.AcceptStream()
		if err != nil {
			return err
		}
		go func() {
			id, err := readFrame(stream)
			if err != nil {
				stream.Close()
				return
			}
			mu.Lock()
			defer mu.Unlock()
			mate, ok := waiting[string(id)]
			if !ok {
				waiting[string(id)] = stream
				time.AfterFunc(*timeout, func() {
					mu.Lock()
					defer mu.Unlock()
					if waiting[string(id)] == stream {
						delete(waiting, string(id))
						stream.Close()
					}
				})
				return
			}
			delete(waiting, string(id))
			fmt.Fprintf(os.Stderr, "[wg-router] paired streams %d <-> %d on pair-id=%q\n", stream.StreamID(), mate.StreamID(), id)
			go pump(mate, stream)
			go pump(stream, mate)
		}()
	}
}
