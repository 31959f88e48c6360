package simaws

import "github.com/aws/smithy-go"

// A Moment says where a call stands when a Hook sees it.
type Moment int

// The moments of a call.
const (
	Before Moment = iota // nothing has happened yet: an error means that the call had no effect
	After                // the account has changed: an error means that only the answer is lost
)

// A Hook sees every attempt of a call twice. An error takes the place of the answer; a panic is the death of the caller.
type Hook func(c Call, m Moment) error

// faults are what can go wrong with an account.
type faults struct {
	throttled       int
	staleAfterWrite int
	staleReads      int
	pageSize        int
	hook            Hook
}

// Throttle refuses the next n attempts as too many.
func (a *Account) Throttle(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.throttled = n
}

// StaleReads makes the n reads after each write see the account as it was before, as IAM may. 0 makes reads true again.
func (a *Account) StaleReads(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.staleAfterWrite, a.faults.staleReads = n, 0
}

// PageSize limits how many items a listing returns at once; 0 sets no limit.
func (a *Account) PageSize(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.pageSize = n
}

// OnCall lets a hook see, fail or end every call from now on; nil takes it away.
func (a *Account) OnCall(hook Hook) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.hook = hook
}

func (f *faults) throttle() error {
	if f.throttled == 0 {
		return nil
	}
	f.throttled--
	return &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded", Fault: smithy.FaultClient}
}
