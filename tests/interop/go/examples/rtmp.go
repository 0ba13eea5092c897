package main

import (
	"flag"
	"fmt"
	"io"
	"net"
)

// carry copies both ways until either side ends.
func carry(a, b io.ReadWriteCloser) {
	copyTo := func(to, from io.ReadWriteCloser) {
		io.Copy(to, from)
		a.Close()
		b.Close()
	}
	go copyTo(a, b)
	copyTo(b, a)
}

func rtmpEdge(args []string) error {
	flags := flag.NewFlagSet("rtmp_edge", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:30012", "address to dial")
	name := flags.String("name", "alice", "name")
	listen := flags.String("listen", "127.0.0.1:1935", "rtmp port to proxy")
	flags.Parse(args)
	edge, err := connect(*address, false, []byte(*name), false)
	if err != nil {
		return fmt.Errorf("new edge err: %w", err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("> listening on %s\n", listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("accept err: %w", err)
		}
		go func() {
			stream, err := edge.openTo("rtmp")
			if err != nil {
				fmt.Printf("open stream err: %s\n", err)
				conn.Close()
				return
			}
			carry(stream, conn)
		}()
	}
}

// rtmpService hands each stream to a server on this host: the original's library cannot be had.
func rtmpService(args []string) error {
	flags := flag.NewFlagSet("rtmp_service", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:30011", "address to dial")
	target := flags.String("target", "127.0.0.1:1936", "an RTMP server")
	flags.Parse(args)
	service, err := connectService(*address, "rtmp", nil)
	if err != nil {
		return fmt.Errorf("new service err: %w", err)
	}
	fmt.Println("> serving RTMP")
	for {
		stream, err := service.AcceptStream()
		if err != nil {
			return err
		}
		go func() {
			conn, err := net.Dial("tcp", *target)
			if err != nil {
				stream.Close()
				return
			}
			carry(stream, conn)
		}()
	}
}
