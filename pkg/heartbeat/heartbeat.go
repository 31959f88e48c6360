// Package heartbeat recognises the beats by which Riposte knows that it still sees an account and a region: a schedule
// tags a rule of Riposte's own there, which harms nothing, and CloudTrail, EventBridge and the detector carry the event
// of that call as they carry every other.
package heartbeat

import (
	"bytes"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
)

// Tag is the key of the tag that a beat sets. Its value is the time for which the beat was scheduled.
const Tag = "riposte:heartbeat"

// maxSkew is how far in the future a beat may be: clocks differ a little. One from further ahead would hide silence
// until its time has come.
const maxSkew = 5 * time.Minute

// RuleName returns the name of the rule that beats tag, and that carries them.
func RuleName(stack string) string { return stack + "-heartbeat" }

// RoleName returns the name of the role that beats in a region.
func RoleName(stack, region string) string { return RuleName(stack) + "-" + region }

// Maybe reports whether an event can be a beat at all. It reads the bytes once and allocates nothing, because every event
// comes by it; what writes the tag in another way than AWS does is no beat.
func Maybe(envelope []byte) bool { return bytes.Contains(envelope, []byte(Tag)) }

// Is reports whether an event is a beat of the stack, as AWS itself brought it. Whatever differs in anything is none and
// goes the way of every other event: somebody else may be tampering with the rule.
func Is(ev *cloudtrail.Event, stack string, now time.Time) bool {
	if ev.Failed() || ev.Source != "events.amazonaws.com" || ev.Name != "TagResource" || !delivered(ev) || !plain(ev.Account, ev.Region) {
		return false
	}
	if ev.Time.IsZero() || ev.Time.After(now.Add(maxSkew)) {
		return false
	}
	partition := ev.Partition()
	if ev.Identity.Session.IssuerARN != "arn:"+partition+":iam::"+ev.Account+":role/"+RoleName(stack, ev.Region) {
		return false
	}
	req, err := cloudtrail.RequestOf[struct {
		ResourceARN cloudtrail.Text
		Tags        cloudtrail.List[struct{ Key cloudtrail.Text }]
	}](ev)
	if err != nil || len(req.Tags) != 1 || req.Tags[0].Key != Tag {
		return false
	}
	return string(req.ResourceARN) == "arn:"+partition+":events:"+ev.Region+":"+ev.Account+":rule/"+RuleName(stack)
}

// delivered reports whether an event came by EventBridge from the account that its record names, and not from an archive.
func delivered(ev *cloudtrail.Event) bool {
	e := ev.Envelope
	return e != nil && e.Source == "aws.events" && e.ReplayName == "" && e.Account == ev.Account && e.Region == ev.Region
}

// plain reports whether a text is an account and another a region as AWS writes them, so that they are fit to be kept.
func plain(account, region string) bool {
	const longest = 32
	return cloudtrail.IsAccount(account) && region != "" && len(region) <= longest &&
		strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
