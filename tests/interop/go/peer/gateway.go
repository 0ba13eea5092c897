package peer

import (
	"context"
	"encoding/json"
	"errors"
)

// What a Frontier gateway says to the directory of its cluster: who it is, in the handshake, and one call for each
// event, which it waits for. The fields and their order are those of the original.

type frontierMeta struct {
	FrontierID                 string `json:"frontier_id"`
	AdvertisedServiceboundAddr string `json:"advertised_servicebound_addr"`
	AdvertisedEdgeboundAddr    string `json:"advertised_edgebound_addr"`
}

type edgeOnline struct {
	FrontierID string `json:"frontier_id"`
	EdgeID     uint64 `json:"edge_id"`
	Addr       string `json:"addr"`
}

// edgeSign is the body of edge_offline and edge_heartbeat.
type edgeSign struct {
	FrontierID string `json:"frontier_id"`
	EdgeID     uint64 `json:"edge_id"`
}

type serviceOnline struct {
	FrontierID string `json:"frontier_id"`
	ServiceID  uint64 `json:"service_id"`
	Service    string `json:"service"`
	Addr       string `json:"addr"`
}

// serviceSign is the body of service_offline and service_heartbeat.
type serviceSign struct {
	FrontierID string `json:"frontier_id"`
	ServiceID  uint64 `json:"service_id"`
}

type frontierStats struct {
	FrontierID   string `json:"frontier_id"`
	EdgeCount    int    `json:"edge_count"`
	ServiceCount int    `json:"service_count"`
}

func (s *settings) frontierMeta() ([]byte, error) {
	return json.Marshal(frontierMeta{
		FrontierID:                 s.name,
		AdvertisedServiceboundAddr: s.name + ".example:30011",
		AdvertisedEdgeboundAddr:    s.name + ".example:30012",
	})
}

// reportBody is the body of the call of Method for the peer with this id: Text is its address, Topic what a service
// says about itself.
func (p *peer) reportBody(c *command, id uint64) ([]byte, error) {
	switch c.Method {
	case "edge_online":
		return json.Marshal(edgeOnline{p.name, id, c.Text})
	case "edge_offline", "edge_heartbeat":
		return json.Marshal(edgeSign{p.name, id})
	case "service_online":
		return json.Marshal(serviceOnline{p.name, id, c.Topic, c.Text})
	case "service_offline", "service_heartbeat":
		return json.Marshal(serviceSign{p.name, id})
	case "frontier_stats":
		return json.Marshal(frontierStats{p.name, c.Count, 0})
	}
	return nil, errors.New("not a report: " + c.Method)
}

func (p *peer) reportOne(c *command, id uint64) error {
	end, err := p.findEnd("")
	if err != nil {
		return err
	}
	body, err := p.reportBody(c, id)
	if err != nil {
		return err
	}
	rsp, err := end.Call(context.Background(), c.Method, end.NewRequest(body))
	if err != nil {
		return err
	}
	if rsp.Error() != nil {
		return rsp.Error()
	}
	if len(rsp.Data()) > 0 {
		return errors.New("the answer is not empty")
	}
	return nil
}

// report calls Method for the peer whose id is in Edge.
func (p *peer) report(c *command) error {
	id, err := parseEdge(c.Edge)
	if err != nil {
		return err
	}
	return p.reportOne(c, id)
}

// reportMany calls Method for Count peers, whose ids follow each other from the one in Edge on.
func (p *peer) reportMany(c *command, answer fields) error {
	first, err := parseEdge(c.Edge)
	if err != nil {
		return err
	}
	c.many(answer, func(i int) error { return p.reportOne(c, first+uint64(i)) })
	return nil
}
