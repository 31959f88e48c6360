package bolt

import (
	"crypto/rand"
	"errors"
	"os"
	"sync"
	"syscall"
)

// A holder says who holds a claim.
type holder struct {
	Store   string `json:"store"`   // one handle
	Process string `json:"process"` // one run of the program
	PID     int    `json:"pid"`
	Host    string `json:"host,omitempty"`
	Space   string `json:"space,omitempty"` // the process id namespace, where the system has such
}

// process tells this run of the program from an earlier one that had the same process id, as in a container that was
// started again.
var process = sync.OnceValue(rand.Text)

func newHolder(store string) holder {
	h := holder{Store: store, Process: process(), PID: os.Getpid()}
	h.Host, _ = os.Hostname()
	h.Space, _ = os.Readlink("/proc/self/ns/pid")
	return h
}

// gone reports whether the process of h is known to have ended. It is not known of one on another host or in another
// container: its claim ends with its lease.
func (h holder) gone(me holder) bool {
	if h.Host == "" || h.Host != me.Host || h.Space != me.Space || h.Process == me.Process {
		return false
	}
	if h.PID == me.PID {
		return true
	}
	p, err := os.FindProcess(h.PID)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }()
	return errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
