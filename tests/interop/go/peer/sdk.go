package peer

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// What the Frontier SDKs put on top of geminio: the service's connection meta, the edge id at the end of custom, the
// names and bodies of the three hook methods.

const (
	methodGetEdgeID   = "get_edge_id"
	methodEdgeOnline  = "edge_online"
	methodEdgeOffline = "edge_offline"
	tailLength        = 8
)

var errBadEdgeID = errors.New("edge id is not a decimal number")

// serviceMeta is the JSON a service announces in its handshake.
type serviceMeta struct {
	Service string   `json:"service"`
	Topics  []string `json:"topics"`
}

func (s *settings) connMeta() ([]byte, error) {
	if s.role == "gateway" && s.meta == "" {
		return s.frontierMeta()
	}
	if s.role != "service" {
		return []byte(s.meta), nil
	}
	m := serviceMeta{Service: s.name}
	if s.topics != "" {
		m.Topics = strings.Split(s.topics, ",")
	}
	return json.Marshal(m)
}

// edgeEvent is the body of edge_online and edge_offline.
type edgeEvent struct {
	EdgeID uint64
	Meta   []byte
	Net    string
	Str    string
}

func parseEdge(text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, errBadEdgeID
	}
	return id, nil
}

// appendTail returns custom with the edge id behind it; without an edge it returns custom unchanged.
func appendTail(custom []byte, edge string) ([]byte, error) {
	if edge == "" {
		return custom, nil
	}
	id, err := parseEdge(edge)
	if err != nil {
		return nil, err
	}
	return binary.BigEndian.AppendUint64(custom, id), nil
}

// splitTail takes the edge id off the end of custom; ok is false when custom is too short to hold one.
func splitTail(custom []byte) (rest []byte, id uint64, ok bool) {
	if len(custom) < tailLength {
		return custom, 0, false
	}
	cut := len(custom) - tailLength
	return custom[:cut], binary.BigEndian.Uint64(custom[cut:]), true
}

func decimal(id uint64) string { return strconv.FormatUint(id, 10) }

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
