package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

type chatLine struct{ User, Msg string }

func chatroomService(args []string) error {
	flags := flag.NewFlagSet("chatroom_service", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:30011", "address to dial")
	flags.Parse(args)
	service, err := connectService(*address, "", []string{"chatroom"})
	if err != nil {
		return fmt.Errorf("new service err: %w", err)
	}
	var names sync.Map
	var counter atomic.Uint64
	counter.Store(uint64(time.Now().Unix()) << 32)
	taken := func(name string) (found bool) {
		names.Range(func(_, other any) bool {
			found = other.(string) == name
			return !found
		})
		return found
	}
	err = service.hooks(
		func([]byte) uint64 { return counter.Add(1) },
		func(e edgeEvent) error {
			name := string(e.Meta)
			if taken(name) {
				err := errors.New("user exists")
				fmt.Printf("> online failed: %s, name: %s, addr: %s\n", err, name, e.Str)
				return err
			}
			names.Store(e.EdgeID, name)
			fmt.Printf("> online, name: %s, addr: %s\n", name, e.Str)
			return nil
		},
		func(e edgeEvent) {
			fmt.Printf("> offline, name: %s, addr: %s\n", e.Meta, e.Str)
			names.Delete(e.EdgeID)
		},
	)
	if err != nil {
		return err
	}
	for {
		msg, err := service.Receive(context.Background())
		if err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		msg.Done()
		name := "unknown"
		if known, ok := names.Load(service.sender(msg.ClientID(), msg.Custom())); ok {
			name = known.(string)
		}
		fmt.Printf("[%10s]: %s\n", name, msg.Data())
		line, _ := json.Marshal(chatLine{name, string(msg.Data())})
		names.Range(func(id, other any) bool {
			if other.(string) != name {
				service.publishTo(id.(uint64), line)
			}
			return true
		})
	}
}

func chatroomClient(args []string) error {
	flags := flag.NewFlagSet("chatroom_client", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:30012", "address to dial")
	name := flags.String("name", "alice", "user name")
	flags.Parse(args)
	edge, err := connect(*address, false, []byte(*name), false)
	if err != nil {
		return fmt.Errorf("new edge err: %w", err)
	}
	go func() {
		for {
			msg, err := edge.Receive(context.Background())
			if err != nil {
				return
			}
			msg.Done()
			var line chatLine
			json.Unmarshal(msg.Data(), &line)
			fmt.Printf("\033[2K\r[%10s]: %s\n>>> ", line.User, line.Msg)
		}
	}()
	fmt.Print(">>> ")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := edge.publishTopic("chatroom", lines.Bytes()); err != nil {
			fmt.Printf("publish err: %s", err)
		}
		fmt.Print(">>> ")
	}
	return nil
}
