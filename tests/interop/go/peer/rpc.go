package peer

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/singchia/geminio"
)

// observeLimit bounds how long a "cancel" handler waits for its context to end.
const observeLimit = 10 * time.Second

// register makes a method callable. Mode says what the handler does:
//
//	echo      returns the request's data
//	fail      returns the error Text, and the data with it
//	slow      echoes after DelayMS
//	silent    never answers
//	cancel    waits for its context to end and reports how
//	describe  returns what it saw of the request as JSON
//	generate  returns a pattern of Bytes bytes
//	panic     panics with Text
func (p *peer) register(c *command) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	handler := func(ctx context.Context, req geminio.Request, rsp geminio.Response) {
		p.handle(c, ctx, req, rsp)
	}
	return s.Register(context.Background(), c.Method, handler)
}

func (p *peer) handle(c *command, ctx context.Context, req geminio.Request, rsp geminio.Response) {
	clientID := req.ClientID()
	if p.isServiceEnd(c.On) {
		// The SDK reads the edge id from the tail and leaves the tail in place.
		if _, id, ok := splitTail(req.Custom()); ok {
			clientID = id
		}
	}
	if !c.Quiet {
		line := fields{"event": "called", "method": c.Method, "clientId": decimal(clientID), "custom": encode64(req.Custom())}
		report(line, req.Data())
		p.out.send(line)
	}
	switch c.Mode {
	case "fail":
		rsp.SetError(errors.New(c.Text))
		rsp.SetData(req.Data())
	case "slow":
		time.Sleep(time.Duration(c.DelayMS) * time.Millisecond)
		rsp.SetData(req.Data())
	case "silent":
		select {}
	case "cancel":
		p.observe(c, ctx)
	case "describe":
		text, _ := json.Marshal(fields{
			"clientId": decimal(clientID), "method": req.Method(), "custom": encode64(req.Custom()), "length": len(req.Data()),
		})
		rsp.SetData(text)
	case "generate":
		rsp.SetData(pattern(c.Bytes, 7))
	case "panic":
		panic(c.Text)
	default:
		rsp.SetData(req.Data())
	}
}

func (p *peer) observe(c *command, ctx context.Context) {
	began := time.Now()
	line := fields{"event": "context", "method": c.Method}
	select {
	case <-ctx.Done():
		line["cause"] = ctx.Err().Error()
	case <-time.After(observeLimit):
		line["cause"] = "none"
	}
	line["ms"] = time.Since(began).Milliseconds()
	p.out.send(line)
}

// callerContext is the context a call or publish runs under: plain, with a deadline, or cancelled after a time.
func (c *command) callerContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	if c.ContextMS > 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(c.ContextMS)*time.Millisecond)
	}
	if c.CancelMS > 0 {
		time.AfterFunc(time.Duration(c.CancelMS)*time.Millisecond, cancel)
	}
	return ctx, cancel
}

func (p *peer) newRequest(c *command, s geminio.Stream) (geminio.Request, error) {
	data, err := c.Data.bytes()
	if err != nil {
		return nil, err
	}
	custom, err := base64.StdEncoding.DecodeString(c.Custom)
	if err != nil {
		return nil, err
	}
	if custom, err = appendTail(custom, c.Edge); err != nil {
		return nil, err
	}
	req := s.NewRequest(data)
	if len(custom) > 0 {
		req.SetCustom(custom)
	}
	if c.TimeoutMS > 0 {
		req.SetTimeout(time.Duration(c.TimeoutMS) * time.Millisecond)
	}
	return req, nil
}

func (p *peer) call(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	req, err := p.newRequest(c, s)
	if err != nil {
		return err
	}
	ctx, cancel := c.callerContext()
	defer cancel()
	began := time.Now()
	rsp, err := s.Call(ctx, c.Method, req)
	answer["ms"] = time.Since(began).Milliseconds()
	if err != nil {
		return err
	}
	answer["custom"] = encode64(rsp.Custom())
	report(answer, rsp.Data())
	return nil
}

func (p *peer) callAsync(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	req, err := p.newRequest(c, s)
	if err != nil {
		return err
	}
	ctx, cancel := c.callerContext()
	defer cancel()
	began := time.Now()
	call, err := s.CallAsync(ctx, c.Method, req, nil)
	if err != nil {
		return err
	}
	done := <-call.Done
	answer["ms"] = time.Since(began).Milliseconds()
	return done.Error
}

// tally counts the outcomes of many operations.
type tally struct {
	mu     sync.Mutex
	good   int
	errors map[string]int
	slow   time.Duration
}

func (t *tally) add(err error, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if took > t.slow {
		t.slow = took
	}
	if err == nil {
		t.good++
		return
	}
	if t.errors == nil {
		t.errors = map[string]int{}
	}
	t.errors[err.Error()]++
}

// many runs op Count times, Concurrency at once, and reports the tally.
func (c *command) many(answer fields, op func(i int) error) {
	var t tally
	began := time.Now()
	work := make(chan int)
	var wg sync.WaitGroup
	for range max(1, c.Concurrency) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range work {
				start := time.Now()
				err := op(i)
				t.add(err, time.Since(start))
			}
		}()
	}
	for i := range c.Count {
		work <- i
	}
	close(work)
	wg.Wait()
	answer["good"] = t.good
	answer["errors"] = t.errors
	answer["slowestMs"] = t.slow.Milliseconds()
	answer["ms"] = time.Since(began).Milliseconds()
}

// callMany calls an echoing method many times and checks each answer.
func (p *peer) callMany(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	c.many(answer, func(i int) error {
		own := *c
		own.Data = &dataSpec{Size: max(1, c.Bytes), Seed: uint32(i + 1)}
		req, err := p.newRequest(&own, s)
		if err != nil {
			return err
		}
		ctx, cancel := own.callerContext()
		defer cancel()
		rsp, err := s.Call(ctx, c.Method, req)
		if err != nil {
			return err
		}
		if string(rsp.Data()) != string(req.Data()) {
			return fmt.Errorf("answer %d is not the echo", i)
		}
		return nil
	})
	return nil
}
