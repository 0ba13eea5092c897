package peer

import (
	"errors"
	"io"
	"time"

	"github.com/singchia/geminio"
	"github.com/singchia/geminio/options"
)

// defaultChunk is how many bytes one write call of the library takes, unless the command says otherwise.
const defaultChunk = 64 * 1024

func (p *peer) describeStream(handle string, s geminio.Stream, line fields) {
	line["stream"] = handle
	line["streamId"] = decimal(s.StreamID())
	line["peer"] = s.Peer()
	line["meta"] = encode64(s.Meta())
}

// open opens a stream to Peer: a service name, or an edge id in decimal.
func (p *peer) open(c *command, answer fields) error {
	end, err := p.findEnd(c.On)
	if err != nil {
		return err
	}
	opts := options.OpenStream()
	opts.SetPeer(c.Peer)
	if c.Text != "" {
		opts.SetMeta([]byte(c.Text))
	}
	began := time.Now()
	s, err := end.OpenStream(opts)
	answer["ms"] = time.Since(began).Milliseconds()
	if err != nil {
		return err
	}
	p.describeStream(p.keep("s", s), s, answer)
	return nil
}

func (p *peer) accept(c *command, answer fields) error {
	end, err := p.findEnd(c.On)
	if err != nil {
		return err
	}
	s, err := end.AcceptStream()
	if err != nil {
		return err
	}
	p.describeStream(p.keep("s", s), s, answer)
	return nil
}

// acceptAll accepts streams until the end is closed, with an event for each. Text, if given, is written at once after
// accepting. Mode "echo" sends back all bytes, "sink" reads to the end of file and reports, anything else leaves the
// stream to further commands.
func (p *peer) acceptAll(c *command) error {
	end, err := p.findEnd(c.On)
	if err != nil {
		return err
	}
	go func() {
		for {
			s, err := end.AcceptStream()
			if err != nil {
				return
			}
			if c.Text != "" {
				s.Write([]byte(c.Text))
			}
			handle := p.keep("s", s)
			line := fields{"event": "stream"}
			p.describeStream(handle, s, line)
			p.out.send(line)
			switch c.Mode {
			case "echo":
				go echo(s)
			case "sink":
				go p.sink(handle, s)
			}
		}
	}()
	return nil
}

func echo(s geminio.Stream) {
	buffer := make([]byte, defaultChunk)
	for {
		n, err := s.Read(buffer)
		if n > 0 {
			// The library keeps the slice it is given until it is sent.
			if _, werr := s.Write(append([]byte(nil), buffer[:n]...)); werr != nil {
				return
			}
		}
		if err != nil {
			s.Close()
			return
		}
	}
}

func (p *peer) sink(handle string, s geminio.Stream) {
	data, err := io.ReadAll(s)
	line := fields{"event": "drained", "stream": handle}
	if err != nil {
		line["error"] = err.Error()
	}
	report(line, data)
	p.out.send(line)
}

// write sends the data in writes of Chunk bytes, DelayMS apart.
func (p *peer) write(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	data, err := c.Data.bytes()
	if err != nil {
		return err
	}
	report(answer, data)
	chunk := c.Chunk
	if chunk <= 0 {
		chunk = defaultChunk
	}
	sent := 0
	defer func() { answer["written"] = sent }()
	for sent < len(data) {
		n, err := s.Write(data[sent:min(len(data), sent+chunk)])
		sent += n
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(c.DelayMS) * time.Millisecond)
	}
	return nil
}

// errReadTime is the outcome of a read that gets nothing in time.
var errReadTime = errors.New("nothing to read in time")

// read takes exactly Bytes bytes, or everything to the end of file when Bytes is 0; TimeoutMS limits each read. The
// limit is not the library's read deadline: on the old line that crashes once another stream of the end was closed.
func (p *peer) read(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	var data []byte
	defer func() { report(answer, data) }()
	for c.Bytes == 0 || len(data) < c.Bytes {
		size := defaultChunk
		if c.Bytes > 0 {
			size = min(size, c.Bytes-len(data))
		}
		part, err := readWithin(s, size, time.Duration(c.TimeoutMS)*time.Millisecond)
		data = append(data, part...)
		time.Sleep(time.Duration(c.DelayMS) * time.Millisecond)
		if errors.Is(err, io.EOF) {
			answer["eof"] = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readWithin reads once. After a timeout the abandoned read still takes the next bytes, so the stream is spent then.
func readWithin(s geminio.Stream, size int, limit time.Duration) ([]byte, error) {
	buffer := make([]byte, size)
	if limit <= 0 {
		n, err := s.Read(buffer)
		return buffer[:n], err
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := s.Read(buffer)
		done <- result{n, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return buffer[:r.n], r.err
	case <-timer.C:
		return nil, errReadTime
	}
}

// close closes an end or a stream and says how long the library's call took.
func (p *peer) close(c *command, answer fields) error {
	s, err := p.find(c.On)
	if err != nil {
		return err
	}
	began := time.Now()
	err = s.Close()
	answer["ms"] = time.Since(began).Milliseconds()
	return err
}
