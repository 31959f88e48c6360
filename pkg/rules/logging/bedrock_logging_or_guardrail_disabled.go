package logging

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// BedrockLoggingOrGuardrailDisabled fires when Bedrock no longer logs what models are asked, or loses a guardrail.
func BedrockLoggingOrGuardrailDisabled() *detect.Rule {
	judged := calls{"bedrock.amazonaws.com": {
		"DeleteModelInvocationLoggingConfiguration": accountWide(detect.High, "the logging of Bedrock's model invocations was switched off"),
		"PutModelInvocationLoggingConfiguration":    invocationLoggingPut,
		"DeleteGuardrail":                           guardrailDeleted,
		"UpdateGuardrail": named("guardrailIdentifier", detect.Guardrail, detect.Medium,
			"Bedrock's guardrail %s was changed; the event does not say how"),
	}}
	return &detect.Rule{
		ID:       "LOG-016",
		Title:    "Bedrock logging or guardrail weakened",
		Class:    "bedrock-logging-or-guardrail-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** Stolen credentials are used to run models at your cost and for purposes that fall back on you.
Those who do so check first whether invocations are logged, and switch it off. A guardrail holds back what an application
must not say or be asked.

Logging that is deleted, or put without a destination, is high; put without some kinds of content is medium; otherwise put
is low: look whether the destination is yours. A deleted guardrail is high, one version of it medium. A changed guardrail
is medium, because CloudTrail hides the new content.

**False positives.** The work of those who build the application.

**What to do.** Set the logging again. Look at the invocations of all models in all regions since, and at the account's
costs. Compare a changed guardrail with its last version: an update changes the draft only.`,
		Refs: []detect.Ref{
			attack("T1562.008"), attack("T1496"),
			aws("Monitor model invocation", "bedrock/latest/userguide/model-invocation-logging.html"),
		},
		Pattern: judged.pattern(),
		Match:   judged.match,
	}
}

type invocationLogging struct {
	CloudWatchConfig *struct{ LogGroupName cloudtrail.Text }
	S3Config         *struct{ BucketName cloudtrail.Text }

	TextDataDeliveryEnabled      *cloudtrail.Flag
	ImageDataDeliveryEnabled     *cloudtrail.Flag
	EmbeddingDataDeliveryEnabled *cloudtrail.Flag
	VideoDataDeliveryEnabled     *cloudtrail.Flag
}

func invocationLoggingPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ LoggingConfig *invocationLogging }](ev)
	if err != nil {
		return nil, err
	}
	if req.LoggingConfig == nil {
		return nil, missing("loggingConfig")
	}
	destinations, off := req.LoggingConfig.destinations(), req.LoggingConfig.leavesOut()
	switch {
	case len(destinations) == 0:
		return accountWide(detect.High, "Bedrock's model invocations are logged to no destination any more")(ev)
	case len(off) > 0:
		return accountWide(detect.Medium, "Bedrock's model invocations are logged without "+strings.Join(off, ", "))(ev)
	}
	return accountWide(detect.Low, "Bedrock's model invocations were set to be logged to "+strings.Join(destinations, " and "))(ev)
}

func (l invocationLogging) destinations() []string {
	var to []string
	if l.CloudWatchConfig != nil && l.CloudWatchConfig.LogGroupName != "" {
		to = append(to, "log group "+detect.Text(string(l.CloudWatchConfig.LogGroupName)))
	}
	if l.S3Config != nil && l.S3Config.BucketName != "" {
		to = append(to, "bucket "+detect.Text(string(l.S3Config.BucketName)))
	}
	return to
}

func (l invocationLogging) leavesOut() []string {
	var off []string
	for _, content := range []struct {
		delivered *cloudtrail.Flag
		name      string
	}{
		{l.TextDataDeliveryEnabled, "texts"},
		{l.ImageDataDeliveryEnabled, "images"},
		{l.EmbeddingDataDeliveryEnabled, "embeddings"},
		{l.VideoDataDeliveryEnabled, "videos"},
	} {
		if content.delivered != nil && !bool(*content.delivered) {
			off = append(off, content.name)
		}
	}
	return off
}

func guardrailDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	version, err := optionalText(ev, "guardrailVersion")
	if err != nil {
		return nil, err
	}
	if version == "" {
		return named("guardrailIdentifier", detect.Guardrail, detect.High, "Bedrock's guardrail %s was deleted, with all its versions")(ev)
	}
	id, err := textOf(ev, "guardrailIdentifier")
	if err != nil {
		return nil, err
	}
	return []detect.Finding{{
		Severity: detect.Medium,
		Resource: detect.Resource{Type: detect.Guardrail, ID: id},
		Summary:  fmt.Sprintf("version %s of Bedrock's guardrail %s was deleted", detect.Text(version), detect.Text(id)),
	}}, nil
}
