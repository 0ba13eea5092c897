package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/singchia/geminio"
	"github.com/singchia/geminio/client"
)

// startTogether is how many edges of a swarm connect at a time.
const startTogether = 32

// swarm is many edges in one process. Each dials the first address that answers, comes back by itself, answers "echo",
// and calls "work" again and again as soon as it is told to.
type swarm struct {
	settings
	out       *output
	addresses []string
	ends      []geminio.End
	// stop ends the calls.
	stop atomic.Bool
	wg   sync.WaitGroup
	mu   sync.Mutex
	// outcomes counts calls by the text of their error, empty for those that were answered.
	outcomes map[string]int
	// cut names the calls whose connection ended before they were answered.
	cut []string
}

// runSwarm serves commands: "load" begins to call, "stop" waits for what is under way and tells what became of all.
func runSwarm(s settings, out *output) {
	w := &swarm{settings: s, out: out, addresses: strings.Split(s.address, ","), outcomes: map[string]int{}}
	if err := w.connect(); err != nil {
		out.send(fields{"event": "refused", "error": err.Error()})
		return
	}
	out.send(fields{"event": "ready"})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var c struct{ Op string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			continue
		}
		switch c.Op {
		case "load":
			w.load()
			out.send(fields{"event": "loaded"})
		case "stop":
			w.stop.Store(true)
			w.wg.Wait()
			out.send(fields{"event": "stopped", "outcomes": w.outcomes, "cut": w.cut})
		}
	}
}

func (w *swarm) connect() error {
	w.ends = make([]geminio.End, w.count)
	errs := make(chan error, w.count)
	places := make(chan struct{}, startTogether)
	for i := range w.count {
		go func() {
			places <- struct{}{}
			defer func() { <-places }()
			errs <- w.connectOne(i)
		}()
	}
	for range w.count {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func (w *swarm) connectOne(i int) error {
	opts := client.NewEndOptions()
	opts.SetLog(newPeer(w.settings, w.out).log)
	opts.SetMeta([]byte(fmt.Sprintf("%s-%d", w.meta, i)))
	end, err := client.NewRetryEndWithDialer(w.dial, opts)
	if err != nil {
		return err
	}
	w.ends[i] = end
	return end.Register(context.Background(), "echo", func(_ context.Context, req geminio.Request, rsp geminio.Response) {
		rsp.SetData(req.Data())
	})
}

// dial takes the first address that answers, as a client behind a balancer does.
func (w *swarm) dial() (net.Conn, error) {
	var last error
	for _, address := range w.addresses {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (w *swarm) load() {
	for i, end := range w.ends {
		w.wg.Add(1)
		go w.work(end, fmt.Sprintf("%s-%d", w.meta, i))
	}
}

// work calls one after the other, each with a name of its own. Who is refused waits a little, as programs do.
func (w *swarm) work(end geminio.End, name string) {
	defer w.wg.Done()
	for n := 0; !w.stop.Load(); n++ {
		call := fmt.Sprintf("%s call %d", name, n)
		_, err := end.Call(context.Background(), "work", end.NewRequest([]byte(call)))
		text := ""
		if err != nil {
			text = err.Error()
			time.Sleep(100 * time.Millisecond)
		}
		w.mu.Lock()
		w.outcomes[text]++
		if text == "force closed" {
			w.cut = append(w.cut, call)
		}
		w.mu.Unlock()
	}
}
