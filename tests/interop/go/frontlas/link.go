package main

import (
	"context"

	"github.com/singchia/geminio"
	"github.com/singchia/geminio/delegate"
)

// methods in the order in which the original registers them.
var methods = []string{
	"edge_online", "edge_offline", "edge_heartbeat",
	"service_online", "service_offline", "service_heartbeat", "frontier_stats",
}

// install registers the methods one after the other; each waits until the gateway has confirmed it.
func install(end geminio.End, r *records) {
	count := len(methods)
	r.set(func() {
		if r.half {
			count, r.half = 1, false
		}
	})
	for _, method := range methods[:count] {
		handler := func(_ context.Context, req geminio.Request, rsp geminio.Response) {
			if err := r.take(method, req.Data()); err != nil {
				rsp.SetError(err)
			}
		}
		if err := end.Register(context.Background(), method, handler); err != nil {
			say(map[string]string{"error": "cannot register " + method + ": " + err.Error()})
			return
		}
	}
}

// watcher hears of one link.
type watcher struct {
	delegate.UnimplementedDelegate
	records *records
	id      string
}

func (w *watcher) GetClientID(uint64, []byte) (uint64, error) { return 0, nil }

func (w *watcher) ConnOnline(conn delegate.ConnDescriber) error {
	id, err := w.records.connect(conn.Meta())
	w.id = id
	return err
}

func (w *watcher) ConnOffline(delegate.ConnDescriber) error {
	if w.id != "" {
		w.records.disconnect(w.id)
	}
	return nil
}

func (w *watcher) Heartbeat(delegate.ConnDescriber) error {
	w.records.beat(w.id)
	return nil
}
