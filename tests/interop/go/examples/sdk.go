package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"strconv"

	"github.com/jumboframes/armorigo/log"
	"github.com/singchia/geminio"
	"github.com/singchia/geminio/client"
	"github.com/singchia/geminio/options"
)

// What the Frontier SDKs put on top of geminio, as far as these programs need it.

type endpoint struct {
	geminio.End
	service bool
}

// connect dials a gateway; a service announces its name and topics, an edge its meta.
func connect(address string, service bool, meta []byte, retry bool) (*endpoint, error) {
	log.SetOutput(io.Discard)
	logger := log.NewLog()
	logger.SetLevel(log.LevelFatal)
	logger.SetOutput(io.Discard)
	opts := client.NewEndOptions()
	opts.SetLog(logger)
	opts.SetMeta(meta)
	if service {
		opts.SetBufferSize(1024, 1024)
	}
	dial := func() (net.Conn, error) { return net.Dial("tcp", address) }
	connectEnd := client.NewEndWithDialer
	if retry {
		connectEnd = client.NewRetryEndWithDialer
	}
	end, err := connectEnd(dial, opts)
	if err != nil {
		return nil, err
	}
	return &endpoint{end, service}, nil
}

func connectService(address, name string, topics []string) (*endpoint, error) {
	meta, err := json.Marshal(map[string]any{"service": name, "topics": topics})
	if err != nil {
		return nil, err
	}
	return connect(address, true, meta, true)
}

// sender is the edge that a message or request comes from, as the SDKs say it.
func (e *endpoint) sender(clientID uint64, custom []byte) uint64 {
	if e.service && len(custom) >= 8 {
		return binary.BigEndian.Uint64(custom[len(custom)-8:])
	}
	return clientID
}

func tail(edgeID uint64) []byte { return binary.BigEndian.AppendUint64(nil, edgeID) }

func (e *endpoint) publishTo(edgeID uint64, data []byte) error {
	msg := e.NewMessage(data)
	msg.SetCustom(tail(edgeID))
	return e.Publish(context.Background(), msg)
}

func (e *endpoint) publishTopic(topic string, data []byte) error {
	msg := e.NewMessage(data)
	msg.SetTopic(topic)
	return e.Publish(context.Background(), msg)
}

func (e *endpoint) callEdge(edgeID uint64, method string, data []byte) ([]byte, error) {
	req := e.NewRequest(data)
	req.SetCustom(tail(edgeID))
	rsp, err := e.Call(context.Background(), method, req)
	if err != nil {
		return nil, err
	}
	return rsp.Data(), rsp.Error()
}

func (e *endpoint) openTo(peer string) (geminio.Stream, error) {
	opts := options.OpenStream()
	opts.SetPeer(peer)
	return e.OpenStream(opts)
}

type edgeEvent struct {
	EdgeID uint64
	Meta   []byte
	Net    string
	Str    string
}

// hooks registers the three questions that gateways ask.
func (e *endpoint) hooks(id func(meta []byte) uint64, online func(edgeEvent) error, offline func(edgeEvent)) error {
	event := func(answer func(edgeEvent) error) geminio.RPC {
		return func(_ context.Context, req geminio.Request, rsp geminio.Response) {
			var event edgeEvent
			err := json.Unmarshal(req.Data(), &event)
			if err == nil {
				err = answer(event)
			}
			if err != nil {
				rsp.SetError(err)
			}
		}
	}
	getID := func(_ context.Context, req geminio.Request, rsp geminio.Response) {
		rsp.SetData(tail(id(req.Data())))
	}
	for _, method := range []struct {
		name string
		rpc  geminio.RPC
	}{
		{"edge_offline", event(func(event edgeEvent) error { offline(event); return nil })},
		{"edge_online", event(online)},
		{"get_edge_id", getID}, // last: nobody comes in unnoticed
	} {
		if err := e.Register(context.Background(), method.name, method.rpc); err != nil {
			return err
		}
	}
	return nil
}

func decimal(id uint64) string { return strconv.FormatUint(id, 10) }
