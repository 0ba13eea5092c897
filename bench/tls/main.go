// Command tls puts TLS around the benchmark's generator, and is the yardstick of it.
//
//	tls front EDGE SERVICE CA   listens without TLS, and dials these two ports with it
//	tls relay CERT KEY          joins connections of an edge and a service port in pairs, TLS on both
//	tls answer CERT KEY         reads once from each connection of the edge port, and writes a conn ack
//
// Each prints {"edge":PORT,"service":PORT,"pid":PID} when it listens, answers each line of standard input by "ok", and
// ends with it.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
)

const headerSize = 14

const buffer = 256 << 10

func main() {
	var listeners [2]net.Listener
	for i := range listeners {
		listeners[i] = must(net.Listen("tcp", "127.0.0.1:0"))
	}
	switch os.Args[1] {
	case "front":
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(must(os.ReadFile(os.Args[4])))
		config := &tls.Config{RootCAs: pool, ServerName: "localhost"}
		for i, listener := range listeners {
			go front(listener, "127.0.0.1:"+os.Args[2+i], config)
		}
	default:
		pair := must(tls.LoadX509KeyPair(os.Args[2], os.Args[3]))
		config := &tls.Config{Certificates: []tls.Certificate{pair}}
		edges, services := tls.NewListener(listeners[0], config), tls.NewListener(listeners[1], config)
		if os.Args[1] == "relay" {
			go relay(edges, services)
		} else {
			go answer(edges)
		}
	}
	port := func(i int) int { return listeners[i].Addr().(*net.TCPAddr).Port }
	hello := map[string]int{"edge": port(0), "service": port(1), "pid": os.Getpid()}
	fmt.Println(string(must(json.Marshal(hello))))
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("ok")
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

// front dials from the address that the generator has dialled from: the gateway shares places among addresses.
func front(listener net.Listener, target string, config *tls.Config) {
	for {
		plain := must(listener.Accept())
		go func() {
			from := &net.TCPAddr{IP: plain.RemoteAddr().(*net.TCPAddr).IP}
			dialer := &tls.Dialer{NetDialer: &net.Dialer{LocalAddr: from}, Config: config}
			secure, err := dialer.Dial("tcp", target)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				plain.Close()
				return
			}
			join(plain, secure)
		}()
	}
}

func relay(edges, services net.Listener) {
	for {
		edge, service := must(edges.Accept()), must(services.Accept())
		go join(edge, service)
	}
}

func answer(edges net.Listener) {
	for {
		edge := must(edges.Accept())
		go func() {
			defer edge.Close()
			bytes := make([]byte, 4096)
			if n, err := edge.Read(bytes); err != nil || n < headerSize {
				return
			}
			// Code 0, an id of 8 bytes, an empty object.
			bytes[1]++
			body := []byte{0, 0, 0, 0, 0, 0, 0, 0, 1, '{', '}'}
			copy(bytes[10:], []byte{0, 0, 0, byte(len(body))})
			edge.Write(append(bytes[:headerSize:headerSize], body...))
			edge.Read(bytes)
		}()
	}
}

func join(a, b net.Conn) {
	go pump(a, b)
	pump(b, a)
}

func pump(from, to net.Conn) {
	// Bare interfaces, lest the kernel moves the bytes: the yardstick is crypto/tls.
	io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, buffer))
	from.Close()
	to.Close()
}
