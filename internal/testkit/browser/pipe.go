//go:build unix

package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// A pipe carries the DevTools protocol: JSON messages that end with a zero byte.
type pipe struct {
	out io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	hear    map[string]func(method string, params json.RawMessage) // by session
	gone    chan struct{}
}

type command struct {
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
	Session string `json:"sessionId,omitempty"`
}

type answer struct {
	ID      int             `json:"id"`
	Session string          `json:"sessionId"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func newPipe(out io.Writer, in io.Reader) *pipe {
	p := &pipe{
		out: out, waiting: map[int]chan answer{}, hear: map[string]func(string, json.RawMessage){}, gone: make(chan struct{}),
	}
	go p.read(in)
	return p
}

func (p *pipe) read(in io.Reader) {
	defer close(p.gone)
	for r := bufio.NewReaderSize(in, 1<<20); ; {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(line[:len(line)-1], &a) != nil {
			continue
		}
		p.mu.Lock()
		waiting, hear := p.waiting[a.ID], p.hear[a.Session]
		delete(p.waiting, a.ID)
		p.mu.Unlock()
		switch {
		case a.ID != 0 && waiting != nil:
			waiting <- a
		case a.Method != "" && hear != nil:
			hear(a.Method, a.Params)
		}
	}
}

// call sends a command and waits for its result, which it reads into result unless that is nil.
func (p *pipe) call(session, method string, params, result any) error {
	p.mu.Lock()
	p.last++
	id, done := p.last, make(chan answer, 1)
	p.waiting[id] = done
	line, err := json.Marshal(command{id, method, params, session})
	if err == nil {
		_, err = p.out.Write(append(line, 0))
	}
	p.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case a := <-done:
		switch {
		case a.Error != nil:
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-p.gone:
		return fmt.Errorf("%s: %w", method, errors.New("the browser has ended"))
	case <-late.C:
		return fmt.Errorf("%s: no answer within %s", method, patience)
	}
}
