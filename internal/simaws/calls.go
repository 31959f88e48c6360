package simaws

import "slices"

// A Call is one attempt of a call on the account.
type Call struct {
	N         int    // counted from one
	Service   string // "IAM"
	Operation string // "UpdateAccessKey"
	Region    string
	Input     any  // the SDK's typed input
	Writes    bool // the operation changes the account
	Err       error
	Signer    string // the access key that signed the call, where the answer depends on it
}

// Calls returns every attempt so far, in order. The inputs are not to be changed.
func (a *Account) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// Writes returns the attempts to change the account so far.
func (a *Account) Writes() []Call {
	return slices.DeleteFunc(a.Calls(), func(c Call) bool { return !c.Writes })
}

// ForgetCalls empties the log of calls and starts to count again.
func (a *Account) ForgetCalls() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = nil
}

// begin enters a call into the log and returns the hook for it.
func (a *Account) begin(c *Call) Hook {
	a.mu.Lock()
	defer a.mu.Unlock()
	c.N = len(a.calls) + 1
	a.calls = append(a.calls, *c)
	if a.faults.hook == nil {
		return func(Call, Moment) error { return nil }
	}
	return a.faults.hook
}

// end enters the outcome of a call into the log, unless the log has been emptied meanwhile.
func (a *Account) end(c Call, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.N <= len(a.calls) {
		a.calls[c.N-1].Err = err
	}
}
