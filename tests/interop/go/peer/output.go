package peer

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
)

// fields is one line of output.
type fields map[string]any

// output writes JSON lines, whole lines only.
type output struct {
	mu sync.Mutex
	w  *bufio.Writer
}

func newOutput(w io.Writer) *output {
	return &output{w: bufio.NewWriter(w)}
}

func (o *output) send(line fields) {
	text, err := json.Marshal(line)
	if err != nil {
		text = []byte(`{"event":"fault","error":"cannot encode a line"}`)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.w.Write(text)
	o.w.WriteByte('\n')
	o.w.Flush()
}
