package peer

import (
	"github.com/singchia/geminio/delegate"
)

// watcher turns the library's notifications into events.
type watcher struct {
	delegate.UnimplementedDelegate
	peer *peer
}

func (w *watcher) ConnOffline(conn delegate.ConnDescriber) error {
	w.peer.out.send(fields{"event": "offline", "clientId": decimal(conn.ClientID())})
	return nil
}

func (w *watcher) EndReOnline(c delegate.ClientDescriber) {
	w.peer.out.send(fields{"event": "reonline", "clientId": decimal(c.ClientID())})
}

func (w *watcher) RemoteRegistration(method string, clientID uint64, streamID uint64) {
	w.peer.out.send(fields{
		"event": "registered", "method": method, "clientId": decimal(clientID), "streamId": decimal(streamID),
	})
}

// serverWatcher adds what only the accepting side is asked: the client id, which it leaves to the library unless the
// client wants one.
type serverWatcher struct {
	watcher
}

func (w *serverWatcher) GetClientID(wanted uint64, _ []byte) (uint64, error) {
	return wanted, nil
}
