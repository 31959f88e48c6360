package data

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/iampolicy"
)

// foreignAccount returns the account in an ARN where it is another than the event's, or "".
func foreignAccount(ev *cloudtrail.Event, arn string) string {
	a, ok := iampolicy.ParseARN(arn)
	if !ok || a.Account == ev.Account || !iampolicy.IsAccount(a.Account) {
		return ""
	}
	return a.Account
}
