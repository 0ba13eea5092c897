package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/singchia/geminio"
)

type labelData struct {
	Label string `json:"label"`
	Data  []byte `json:"data"`
}

// commandLine is what both interactive programs have in common.
type commandLine struct {
	*endpoint
	label   string // wraps what is sent; empty for none
	echo    bool
	print   bool
	cursor  string
	streams sync.Map
	online  atomic.Int64
}

func (c *commandLine) wrap(text string) []byte {
	if c.label == "" {
		return []byte(text)
	}
	data, _ := json.Marshal(labelData{c.label, []byte(text)})
	return data
}

func (c *commandLine) unwrap(data []byte) []byte {
	var labelled labelData
	if c.service && json.Unmarshal(data, &labelled) == nil {
		return labelled.Data
	}
	return data
}

func (c *commandLine) notice(format string, args ...any) {
	fmt.Printf("\n"+format+"\n>>> ", args...)
}

func (c *commandLine) answerEcho(_ context.Context, req geminio.Request, rsp geminio.Response) {
	data := c.unwrap(req.Data())
	if c.print {
		edgeID := c.sender(req.ClientID(), req.Custom())
		c.notice("> rpc called, method: echo edgeID: %d streamID: %d data: %s", edgeID, req.StreamID(), data)
	}
	rsp.SetData(data)
}

func (c *commandLine) receive(from geminio.Stream) {
	for {
		msg, err := from.Receive(context.Background())
		if err != nil {
			c.notice("> streamID: %d receive err: %s", from.StreamID(), err)
			return
		}
		msg.Done()
		if c.print {
			edgeID := c.sender(msg.ClientID(), msg.Custom())
			c.notice("> receive msg, edgeID: %d streamID: %d data: %s", edgeID, msg.StreamID(), c.unwrap(msg.Data()))
		}
	}
}

func (c *commandLine) add(stream geminio.Stream) {
	c.streams.Store(decimal(stream.StreamID()), stream)
	go c.receive(stream)
	go func() {
		buffer := make([]byte, 1024)
		for {
			n, err := stream.Read(buffer)
			if err != nil {
				c.notice("> streamID: %d read err: %s", stream.StreamID(), err)
				return
			}
			c.notice("> read data: %d %s", stream.ClientID(), buffer[:n])
		}
	}()
	if c.echo {
		time.AfterFunc(200*time.Millisecond, func() {
			stream.Register(context.Background(), "echo", c.answerEcho)
		})
	}
}

func (c *commandLine) run() {
	go c.receive(c.End)
	go func() {
		for {
			stream, err := c.AcceptStream()
			if err != nil {
				return
			}
			if c.service {
				c.notice("> accept stream %d %d", stream.ClientID(), stream.StreamID())
			} else {
				c.notice("> accept stream %d", stream.StreamID())
			}
			c.add(stream)
		}
	}()
	c.cursor = "1"
	lines := bufio.NewScanner(os.Stdin)
	for fmt.Print(">>> "); lines.Scan(); {
		words := strings.Split(lines.Text(), " ")
		if len(words) == 1 && (words[0] == "close" || words[0] == "quit") {
			c.Close()
			return
		}
		fmt.Println(c.answer(words))
		if c.cursor == "1" {
			fmt.Print(">>> ")
		} else {
			fmt.Printf("[%20s] >>> ", c.cursor)
		}
	}
}

func (c *commandLine) answer(words []string) string {
	var current geminio.Stream
	if known, ok := c.streams.Load(c.cursor); ok {
		current = known.(geminio.Stream)
	}
	form := fmt.Sprintf("%s %d", words[0], len(words))
	switch {
	case form == "help 1":
		return c.help()
	case form == "count 1" && c.service:
		return fmt.Sprintf("> count: %d", c.online.Load())
	case form == "open 2":
		stream, err := c.openTo(words[1])
		if err != nil {
			return fmt.Sprintf("> open stream err: %s", err)
		}
		c.add(stream)
		if c.service {
			return fmt.Sprintf("> open stream success: %s %d", words[1], stream.StreamID())
		}
		return fmt.Sprintf("> open stream success: %d", stream.StreamID())
	case form == "close 2":
		known, ok := c.streams.LoadAndDelete(words[1])
		if !ok {
			return fmt.Sprintf("> stream id: %s not found", words[1])
		}
		known.(geminio.Stream).Close()
		return "> close stream success: " + words[1]
	case form == "switch 2":
		if _, ok := c.streams.Load(words[1]); !ok && words[1] != "1" {
			return "> swith stream failed, not found: " + words[1]
		}
		c.cursor = words[1]
		return "> swith stream success: " + words[1]
	case form == "publish 2" && current != nil:
		return outcome("publish", nil, current.Publish(context.Background(), current.NewMessage(c.wrap(words[1]))))
	case form == "call 3" && current != nil:
		rsp, err := current.Call(context.Background(), words[1], current.NewRequest([]byte(words[2])))
		if err != nil {
			return outcome("call", nil, err)
		}
		return outcome("call", rsp.Data(), rsp.Error())
	case form == "publish 3" && !c.service:
		return outcome("publish", nil, c.publishTopic(words[1], c.wrap(words[2])))
	case form == "call 3" && !c.service:
		rsp, err := c.Call(context.Background(), words[1], c.NewRequest(c.wrap(words[2])))
		if err != nil {
			return outcome("call", nil, err)
		}
		return outcome("call", rsp.Data(), rsp.Error())
	case form == "publish 3" || form == "call 4":
		edgeID, err := strconv.ParseUint(words[1], 10, 64)
		if err != nil {
			return fmt.Sprintf("> illegal edgeID: %s", words[1])
		}
		if words[0] == "publish" {
			return outcome("publish", nil, c.publishTo(edgeID, []byte(words[2])))
		}
		data, err := c.callEdge(edgeID, words[2], []byte(words[3]))
		return outcome("call", data, err)
	}
	return "> illegal operation"
}

func (c *commandLine) help() string {
	commands := []string{
		"close", "quit", "open {service}", "close {streamID}", "switch {streamID}",
		"publish {msg} #note to switch to stream first", "publish {topic} {msg}", "call {method} {req}",
	}
	if c.service {
		commands[2], commands[6] = "open {edgeID}", "publish {clientId} {msg}"
		commands[7] += " #note to switch to stream first"
		commands = append(commands, "call {clientId} {method} {req}")
	}
	text := "the command-line protocol"
	for i, command := range commands {
		text += fmt.Sprintf("\n\t%d. %s", i+1, command)
	}
	return text
}

func outcome(verb string, data []byte, err error) string {
	if err != nil {
		return fmt.Sprintf("> %s err: %s", verb, err)
	}
	if verb == "call" {
		return fmt.Sprintf("> call success, ret: %s", data)
	}
	return "> publish success"
}

func iclmEdge(args []string) error {
	flags := flag.NewFlagSet("iclm_edge", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:30012", "address to dial")
	meta := flags.String("meta", "test", "meta")
	methods := flags.String("methods", "", "methods")
	label := flags.String("label", "label-01", "label")
	flags.Parse(args)
	edge, err := connect(*address, false, []byte(*meta), true)
	if err != nil {
		return fmt.Errorf("new edge err: %w", err)
	}
	c := &commandLine{endpoint: edge, label: *label, echo: *methods == "echo", print: true}
	if c.echo {
		time.AfterFunc(200*time.Millisecond, func() {
			edge.Register(context.Background(), "echo", c.answerEcho)
		})
	}
	c.run()
	return nil
}

func iclmService(args []string) error {
	flags := flag.NewFlagSet("iclm_service", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:30011", "address to dial")
	name := flags.String("service", "foo", "service name")
	topics := flags.String("topics", "", "topics")
	methods := flags.String("methods", "", "methods")
	print := flags.Bool("printmessage", false, "whether print message out")
	flags.Parse(args)
	service, err := connectService(*address, *name, strings.Split(*topics, ","))
	if err != nil {
		return fmt.Errorf("new end err: %w", err)
	}
	c := &commandLine{endpoint: service, echo: *methods == "echo", print: *print}
	if c.echo {
		if err := service.Register(context.Background(), "echo", c.answerEcho); err != nil {
			return err
		}
	}
	err = service.hooks(
		func([]byte) uint64 { return uint64(time.Now().UnixMicro()) },
		func(e edgeEvent) error {
			c.online.Add(1)
			c.notice("> online, edgeID: %d, addr: %s", e.EdgeID, e.Str)
			return nil
		},
		func(e edgeEvent) {
			c.online.Add(-1)
			c.notice("> offline, edgeID: %d, addr: %s", e.EdgeID, e.Str)
		},
	)
	if err != nil {
		return err
	}
	c.run()
	return nil
}
