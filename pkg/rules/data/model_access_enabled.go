package data

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	putEntitlement    = "PutFoundationModelEntitlement"
	putUseCase        = "PutUseCaseForModelAccess"
	createAgreement   = "CreateFoundationModelAgreement"
	createThroughput  = "CreateProvisionedModelThroughput"
	acceptMarketplace = "AcceptAgreementRequest"
)

// ModelAccessEnabled fires when an account comes to use or pay for language models.
func ModelAccessEnabled() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-013",
		Title:    "Model access enabled",
		Class:    "ai-model-access",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Stolen credentials are used to run language models at the victim's cost, and to resell
them. Before a model answers, its use has to be asked for, its terms accepted and access granted, once in an account.

Each of these steps is medium where it may have been a person's hand. Provisioned throughput is high: it is paid by the
hour, used or not, and with a commitment for months. Other agreements of the marketplace are low. What a pipeline's role
does is low, except provisioned throughput.

**False positives.** The team that works with models, when it begins with a new one.

**What to do.** Ask the caller. Look for InvokeModel and Converse in CloudTrail and at the cost of Bedrock; delete
provisioned throughput, and deny Bedrock by a service control policy where nobody needs it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1496.004", URL: "https://attack.mitre.org/techniques/T1496/004/"},
			{
				Kind: "AWS", Name: "Access Amazon Bedrock foundation models",
				URL: "https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: "bedrock.amazonaws.com", Names: []string{putEntitlement, putUseCase, createAgreement, createThroughput}},
			{Source: "agreement-marketplace.amazonaws.com", Names: []string{acceptMarketplace}},
		},
		Match: matchModelAccessEnabled,
	}
}

func matchModelAccessEnabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	f := detect.Finding{Severity: byHand(ev, detect.Medium), Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	if ev.Name == putUseCase { // CloudTrail records no parameters of it
		f.Summary = detect.Text(ev.Identity.Name()) + " asked for the use of models in Bedrock" + caller.Through(ev)
		return []detect.Finding{f}, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		ModelID, ModelUnits, CommitmentDuration, AgreementRequestID cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	model := detect.Text(string(req.ModelID))
	switch {
	case ev.Name == acceptMarketplace:
		f.Severity = detect.Low
		f.Summary = fmt.Sprintf("%s accepted the marketplace agreement %s",
			detect.Text(ev.Identity.Name()), detect.Text(string(req.AgreementRequestID)))
	case req.ModelID == "":
		return nil, errors.New("request parameters: no modelId")
	case ev.Name == putEntitlement:
		f.Summary = "access to the model " + model + " was granted to the account"
	case ev.Name == createAgreement:
		f.Summary = "the terms of the model " + model + " were accepted for the account"
	default:
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("%s units of throughput were bought for the model %s", detect.Text(string(req.ModelUnits)), model)
		if req.CommitmentDuration != "" {
			f.Summary += " for " + detect.Text(string(req.CommitmentDuration))
		}
	}
	if req.ModelID != "" {
		f.Resource = detect.Resource{Type: detect.Model, ID: string(req.ModelID)}
	}
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}
