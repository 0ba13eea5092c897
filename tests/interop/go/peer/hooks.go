package peer

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"github.com/singchia/geminio"
)

// hook registers one of the three hook methods (Method: get_edge_id, edge_online, edge_offline). Each call is reported
// as an event and answered after DelayMS: with the error Text in mode "refuse", otherwise get_edge_id answers the id
// in Edge (or, in mode "raw", the bytes in Custom) and the other two succeed.
func (p *peer) hook(c *command) error {
	end, err := p.findEnd(c.On)
	if err != nil {
		return err
	}
	answerID, err := c.edgeIDAnswer()
	if err != nil {
		return err
	}
	handler := func(_ context.Context, req geminio.Request, rsp geminio.Response) {
		line := fields{"event": "hook", "method": c.Method}
		if c.Method == methodGetEdgeID {
			line["meta"] = encode64(req.Data())
		} else {
			var e edgeEvent
			if err := json.Unmarshal(req.Data(), &e); err != nil {
				line["error"] = err.Error()
			}
			line["body"] = string(req.Data())
			line["edgeId"] = decimal(e.EdgeID)
			line["meta"] = encode64(e.Meta)
			line["net"] = e.Net
			line["address"] = e.Str
		}
		p.out.send(line)
		time.Sleep(time.Duration(c.DelayMS) * time.Millisecond)
		switch {
		case c.Mode == "refuse":
			rsp.SetError(errors.New(c.Text))
		case c.Method == methodGetEdgeID:
			rsp.SetData(answerID)
		}
	}
	switch c.Method {
	case methodGetEdgeID, methodEdgeOnline, methodEdgeOffline:
		return end.Register(context.Background(), c.Method, handler)
	}
	return errors.New("not a hook method: " + c.Method)
}

func (c *command) edgeIDAnswer() ([]byte, error) {
	if c.Method != methodGetEdgeID || c.Mode == "refuse" {
		return nil, nil
	}
	if c.Mode == "raw" {
		return base64.StdEncoding.DecodeString(c.Custom)
	}
	id, err := parseEdge(c.Edge)
	if err != nil {
		return nil, err
	}
	return binary.BigEndian.AppendUint64(nil, id), nil
}
