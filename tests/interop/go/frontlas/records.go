package main

import (
	"encoding/json"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"
)

// record is an edge or a service, as it was told.
type record struct {
	FrontierID string `json:"frontier_id"`
	Addr       string `json:"addr"`
	Service    string `json:"service,omitempty"`
	until      time.Time
}

// frontier is a gateway, as it introduced itself, with the counts that go up and down.
type frontier struct {
	FrontierID string `json:"frontier_id"`
	Service    string `json:"advertised_servicebound_addr"`
	Edge       string `json:"advertised_edgebound_addr"`
	Edges      int    `json:"edge_count"`
	Services   int    `json:"service_count"`
}

type records struct {
	sync.Mutex
	ttl       time.Duration
	alive     map[string]time.Time
	frontiers map[string]*frontier
	edges     map[uint64]*record
	services  map[uint64]*record
	calls     map[string]int
	links     []net.Conn
	linked    int
	refused   int
	half      bool
	failure   string
}

func newRecords(ttl time.Duration) *records {
	return &records{
		ttl:       ttl,
		alive:     map[string]time.Time{},
		frontiers: map[string]*frontier{},
		edges:     map[uint64]*record{},
		services:  map[uint64]*record{},
		calls:     map[string]int{},
	}
}

func (r *records) set(change func()) {
	r.Lock()
	defer r.Unlock()
	change()
}

func (r *records) keep(conn net.Conn) {
	r.set(func() { r.links = append(r.links, conn); r.linked++ })
}

func (r *records) drop() {
	r.Lock()
	links := r.links
	r.links = nil
	r.Unlock()
	for _, conn := range links {
		conn.Close()
	}
}

// connect records a gateway, unless its id is alive.
func (r *records) connect(meta []byte) (string, error) {
	f := &frontier{}
	if err := json.Unmarshal(meta, f); err != nil {
		return "", err
	}
	r.Lock()
	defer r.Unlock()
	if until, there := r.alive[f.FrontierID]; there && time.Now().Before(until) {
		r.refused++
		return "", errors.New("frontier already set")
	}
	r.alive[f.FrontierID] = time.Now().Add(r.ttl)
	r.frontiers[f.FrontierID] = f
	return f.FrontierID, nil
}

func (r *records) beat(id string) {
	r.set(func() { r.alive[id] = time.Now().Add(r.ttl) })
}

func (r *records) disconnect(id string) {
	r.Lock()
	defer r.Unlock()
	delete(r.alive, id)
	if f := r.frontiers[id]; f != nil {
		f.Edges = 0
	}
}

// report is what any of the seven methods is called with.
type report struct {
	FrontierID   string `json:"frontier_id"`
	EdgeID       uint64 `json:"edge_id"`
	ServiceID    uint64 `json:"service_id"`
	Service      string `json:"service"`
	Addr         string `json:"addr"`
	EdgeCount    int    `json:"edge_count"`
	ServiceCount int    `json:"service_count"`
}

func (r *records) take(method string, data []byte) error {
	var said report
	if err := json.Unmarshal(data, &said); err != nil {
		return err
	}
	r.Lock()
	defer r.Unlock()
	r.calls[method]++
	if r.failure != "" {
		return errors.New(r.failure)
	}
	f := r.frontiers[said.FrontierID]
	if f == nil {
		return errors.New("no such frontier")
	}
	until := time.Now().Add(r.ttl)
	online := &record{said.FrontierID, said.Addr, said.Service, until}
	switch method {
	case "edge_online":
		r.edges[said.EdgeID] = online
		f.Edges++
	case "edge_offline":
		f.Edges--
		delete(r.edges, said.EdgeID)
	case "edge_heartbeat":
		live(r.edges[said.EdgeID], until)
	case "service_online":
		r.services[said.ServiceID] = online
		f.Services++
	case "service_offline":
		f.Services--
		delete(r.services, said.ServiceID)
	case "service_heartbeat":
		live(r.services[said.ServiceID], until)
	case "frontier_stats":
		f.Edges, f.Services = said.EdgeCount, said.ServiceCount
	}
	return nil
}

// live renews a record; one that has expired does not come back.
func live(known *record, until time.Time) {
	if known != nil && time.Now().Before(known.until) {
		known.until = until
	}
}

func (r *records) dump() map[string]any {
	r.Lock()
	defer r.Unlock()
	frontiers := map[string]frontier{}
	for id, f := range r.frontiers {
		frontiers[id] = *f
	}
	calls := map[string]int{}
	for method, count := range r.calls {
		calls[method] = count
	}
	return map[string]any{
		"frontiers": frontiers, "edges": current(r.edges), "services": current(r.services),
		"calls": calls, "links": r.linked, "refused": r.refused,
	}
}

// current leaves out what has expired; ids are texts, for they exceed what JSON readers keep.
func current(all map[uint64]*record) map[string]record {
	live := map[string]record{}
	for id, known := range all {
		if time.Now().Before(known.until) {
			live[strconv.FormatUint(id, 10)] = *known
		}
	}
	return live
}
