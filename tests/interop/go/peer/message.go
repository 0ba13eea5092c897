package peer

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"time"

	"github.com/singchia/geminio"
	"github.com/singchia/geminio/options"
)

func (p *peer) newMessage(c *command, s geminio.Stream) (geminio.Message, error) {
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
	opts := options.NewMessage()
	if c.Once {
		opts.SetCnss(options.CnssAtMostOnce)
	}
	msg := s.NewMessage(data, opts)
	msg.SetTopic(c.Topic)
	if len(custom) > 0 {
		msg.SetCustom(custom)
	}
	if c.TimeoutMS > 0 {
		msg.SetTimeout(time.Duration(c.TimeoutMS) * time.Millisecond)
	}
	return msg, nil
}

func (p *peer) publish(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	msg, err := p.newMessage(c, s)
	if err != nil {
		return err
	}
	ctx, cancel := c.callerContext()
	defer cancel()
	began := time.Now()
	err = s.Publish(ctx, msg)
	answer["ms"] = time.Since(began).Milliseconds()
	return err
}

func (p *peer) publishAsync(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	msg, err := p.newMessage(c, s)
	if err != nil {
		return err
	}
	ctx, cancel := c.callerContext()
	defer cancel()
	began := time.Now()
	pub, err := s.PublishAsync(ctx, msg, nil)
	if err != nil || pub == nil { // nil: at most once, nothing to wait for
		return err
	}
	done := <-pub.Done
	answer["ms"] = time.Since(began).Milliseconds()
	return done.Error
}

// publishMany sends Count messages, each a pattern of Bytes bytes seeded with its index.
func (p *peer) publishMany(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	c.many(answer, func(i int) error {
		own := *c
		own.Data = &dataSpec{Size: max(1, c.Bytes), Seed: uint32(i + 1)}
		msg, err := p.newMessage(&own, s)
		if err != nil {
			return err
		}
		ctx, cancel := own.callerContext()
		defer cancel()
		return s.Publish(ctx, msg)
	})
	return nil
}

// describe reports a message the way the SDK of this role hands it out.
func (p *peer) describe(c *command, msg geminio.Message, line fields) {
	custom, id := msg.Custom(), msg.ClientID()
	if p.isServiceEnd(c.On) {
		if rest, edge, ok := splitTail(custom); ok {
			custom, id = rest, edge
		}
	}
	line["topic"] = msg.Topic()
	line["clientId"] = decimal(id)
	line["custom"] = encode64(custom)
	report(line, msg.Data())
}

// answerMessage acknowledges by Mode: "ack" (default), "error" with Text, "never"; DelayMS before it.
func (c *command) answerMessage(msg geminio.Message) error {
	time.Sleep(time.Duration(c.DelayMS) * time.Millisecond)
	switch c.Mode {
	case "never":
		return nil
	case "error":
		return msg.Error(errors.New(c.Text))
	}
	return msg.Done()
}

// receive takes one message.
func (p *peer) receive(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	ctx, cancel := c.callerContext()
	defer cancel()
	msg, err := s.Receive(ctx)
	if err != nil {
		return err
	}
	p.describe(c, msg, answer)
	return c.answerMessage(msg)
}

// consume receives messages until the end or stream is closed, with an event for each unless Quiet. With a Count, it
// returns to receiving nothing after that many.
func (p *peer) consume(c *command) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	go func() {
		for i := 0; c.Count == 0 || i < c.Count; i++ {
			msg, err := s.Receive(context.Background())
			if err != nil {
				if err != io.EOF || !c.Quiet {
					p.out.send(fields{"event": "consumed", "on": c.On, "error": err.Error(), "count": i})
				}
				return
			}
			if !c.Quiet {
				line := fields{"event": "message", "on": c.On, "index": i}
				p.describe(c, msg, line)
				p.out.send(line)
			}
			if err := c.answerMessage(msg); err != nil {
				p.out.send(fields{"event": "fault", "error": "acknowledge: " + err.Error()})
			}
		}
	}()
	return nil
}
