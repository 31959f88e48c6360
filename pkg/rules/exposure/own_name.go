package exposure

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/iampolicy"
)

// ownName returns a resource as it is known within the account and region of an event: by its name, also where the event has
// its ARN. What two events spell differently is one resource then. prefix is what stands before the name in the ARN. A
// resource of elsewhere keeps its ARN.
func ownName(ev *cloudtrail.Event, text, service, prefix string) string {
	a, ok := iampolicy.ParseARN(text)
	name, is := strings.CutPrefix(a.Resource, prefix)
	if !ok || !is || name == "" || a.Service != service || a.Account != ev.Account || a.Region != ev.Region || a.Partition != ev.Partition() {
		return text
	}
	return name
}

// ownKey is ownName of a key of KMS.
func ownKey(ev *cloudtrail.Event, text string) string { return ownName(ev, text, "kms", "key/") }

// ownFunction returns a function by its name, and the version or alias that stands behind it, of which Lambda takes every
// spelling: the name, the ARN or the part of it from the account on, each with or without a qualifier.
func ownFunction(ev *cloudtrail.Event, text, qualifier string) (name, version string) {
	name = ownName(ev, text, "lambda", "function:")
	name = strings.TrimPrefix(name, ev.Account+":function:")
	if strings.HasPrefix(name, "arn:") {
		return name, qualifier
	}
	short, behind, ok := strings.Cut(name, ":")
	if !ok || strings.Contains(behind, ":") || qualifier != "" && behind != qualifier {
		return name, qualifier
	}
	return short, behind
}

// secretName returns a secret by its name where the answer tells it: an ARN ends with characters that are no part of it.
func secretName(ev *cloudtrail.Event, id string) string {
	resp, err := cloudtrail.ResponseOf[struct{ ARN, Name cloudtrail.Text }](ev)
	if err != nil || resp.Name == "" || !strings.HasPrefix(ownName(ev, id, "secretsmanager", "secret:"), string(resp.Name)+"-") {
		return id
	}
	return string(resp.Name)
}
