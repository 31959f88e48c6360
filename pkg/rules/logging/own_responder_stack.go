package logging

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// ownStacks are the calls that take Riposte away as a whole, and those that deploy it.
func ownStacks() calls {
	stack, set := reference{detect.Stack, "stackName", stackName}, reference{detect.Stack, "stackSetName", stackSetName}
	return calls{"cloudformation.amazonaws.com": {
		"DeleteStack":                 stack.changed("stack %s was deleted", deleting),
		"ExecuteChangeSet":            stack.deployed("stack %s was changed"),
		"UpdateStack":                 stack.deployed("stack %s was updated"),
		"UpdateTerminationProtection": whereField("enableTerminationProtection", "false", stack.changed("stack %s is no longer protected from deletion", deleting)),
		"DeleteStackInstances":        set.changed("StackSet %s was taken out of accounts", deleting),
		"DeleteStackSet":              set.changed("StackSet %s was deleted", deleting),
		"UpdateStackInstances":        set.deployed("StackSet %s was changed in accounts"),
		"UpdateStackSet":              set.deployed("StackSet %s was updated"),
	}}
}

// deployed judges a call by which whoever deploys Riposte does so.
func (r reference) deployed(said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) { return r.judged(ev, detect.Medium, said) }
}

// stackName returns a stack's name out of its name or ARN. A StackSet names the stacks that it makes after itself.
func stackName(text string) string {
	return strings.TrimPrefix(within(":stack/")(text), "StackSet-")
}

// stackSetName returns a StackSet's name out of its name, its id, which is the name and more behind a colon, or its ARN.
func stackSetName(text string) string {
	name, _, _ := strings.Cut(within(":stackset/")(text), ":")
	return name
}
