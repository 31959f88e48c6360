package stack

import (
	"strings"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// acceptFindings records why a finding of cdk-nag's AwsSolutions pack is accepted. The reasons go into the template.
func (d *deployment) acceptFindings() {
	for _, q := range []struct {
		queue constructs.IConstruct
		of    string
	}{
		{d.lostEvents, "the rules on the default bus"},
		{d.failedEvents, "detect's asynchronous invocations"},
		{d.lostMessages, "the rule on Riposte's bus"},
		{d.failedMessages, "notify's asynchronous invocations"},
	} {
		accept(q.queue, "AwsSolutions-SQS3", "This queue is the end of the line for "+q.of+": an alarm on it tells people.")
	}
}

// acceptWildcards records why a role's statements allow more than one resource.
func acceptWildcards(role constructs.IConstruct, statements []statement) {
	pseudo := strings.NewReplacer("${Partition}", "<AWS::Partition>", "${Account}", "<AWS::AccountId>", "${Region}", "<AWS::Region>")
	for _, s := range statements {
		for _, w := range s.wildcards() {
			accept(role, "AwsSolutions-IAM5", s.sid+": "+s.why+".", "Resource::"+pseudo.Replace(w))
		}
	}
}

func accept(on constructs.IConstruct, id, reason string, appliesTo ...string) {
	s := &cdknag.NagPackSuppression{Id: jsii.String(id), Reason: jsii.String(reason)}
	if len(appliesTo) > 0 {
		findings := make([]any, len(appliesTo))
		for i, a := range appliesTo {
			findings[i] = a
		}
		s.AppliesTo = &findings
	}
	cdknag.NagSuppressions_AddResourceSuppressions(on, &[]*cdknag.NagPackSuppression{s}, nil)
}
