package peer

import (
	"fmt"
	"os"
)

// command is one line of input; which fields matter depends on Op. Ids are decimal text, since they exceed what a
// JSON number carries safely.
type command struct {
	ID     uint64 `json:"id"`
	Op     string `json:"op"`
	On     string `json:"on"`   // handle of an end ("c1") or stream ("s1"), empty for the main end
	Edge   string `json:"edge"` // target edge of a service's call or message
	Method string `json:"method"`
	Topic  string `json:"topic"`
	Peer   string `json:"peer"`
	Mode   string `json:"mode"`
	Text   string `json:"text"`
	Custom string `json:"custom"` // base64

	Data *dataSpec `json:"data"`

	Count       int `json:"count"`
	Concurrency int `json:"concurrency"`
	Bytes       int `json:"bytes"`
	Chunk       int `json:"chunk"`

	DelayMS   int  `json:"delayMs"`
	TimeoutMS int  `json:"timeoutMs"` // the library's timeout option
	ContextMS int  `json:"contextMs"` // deadline of the caller's context
	CancelMS  int  `json:"cancelMs"`  // cancel the caller's context after this time
	Quiet     bool `json:"quiet"`     // no event per message or call
	Once      bool `json:"once"`      // do not wait for an acknowledgement
}

// dispatch runs c and fills its answer.
func (p *peer) dispatch(c *command, answer fields) error {
	switch c.Op {
	case "info":
		return p.info(c, answer)
	case "register":
		return p.register(c)
	case "call":
		return p.call(c, answer)
	case "callAsync":
		return p.callAsync(c, answer)
	case "callMany":
		return p.callMany(c, answer)
	case "publish":
		return p.publish(c, answer)
	case "publishAsync":
		return p.publishAsync(c, answer)
	case "publishMany":
		return p.publishMany(c, answer)
	case "receive":
		return p.receive(c, answer)
	case "consume":
		return p.consume(c)
	case "open":
		return p.open(c, answer)
	case "accept":
		return p.accept(c, answer)
	case "acceptAll":
		return p.acceptAll(c)
	case "write":
		return p.write(c, answer)
	case "read":
		return p.read(c, answer)
	case "close":
		return p.close(c, answer)
	case "cut":
		return p.cut()
	case "hook":
		return p.hook(c)
	case "report":
		return p.report(c)
	case "reportMany":
		return p.reportMany(c, answer)
	case "exit":
		os.Exit(0)
	}
	return fmt.Errorf("unknown op %q", c.Op)
}
