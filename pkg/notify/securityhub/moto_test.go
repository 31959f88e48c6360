package securityhub

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"riposte/internal/testkit/moto"
)

// withoutWorkflow is a hub over the wire whose workflow cannot be set: moto knows no BatchUpdateFindings.
type withoutWorkflow struct {
	*securityhub.Client
	updates int
}

func (h *withoutWorkflow) BatchUpdateFindings(context.Context, *securityhub.BatchUpdateFindingsInput, ...func(*securityhub.Options),
) (*securityhub.BatchUpdateFindingsOutput, error) {
	h.updates++
	return &securityhub.BatchUpdateFindingsOutput{}, nil
}

// TestOverTheWire tells the states of one incident to a hub, reads back what it holds, and finds one finding that was
// updated. Which of two imports is newer moto does not ask.
func TestOverTheWire(t *testing.T) {
	cfg := moto.Start(t).Config()
	api := &withoutWorkflow{Client: securityhub.NewFromConfig(cfg)}
	if _, err := api.EnableSecurityHub(t.Context(), &securityhub.EnableSecurityHubInput{}); err != nil {
		t.Fatal(err)
	}
	n := New(api, Hub{Partition: "aws", Region: cfg.Region, Account: moto.Account})
	for i, m := range told() {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got, err := api.GetFindings(t.Context(), &securityhub.GetFindingsInput{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Findings) != 1 {
			t.Fatalf("%d findings after %d messages about one incident", len(got.Findings), i+1)
		}
		f := got.Findings[0]
		archived := i == 2 || i == 3
		if f.ProductFields["riposte/state"] != string(m.Incident.State) || (f.RecordState == types.RecordStateArchived) != archived ||
			*f.AwsAccountId != moto.Account || f.ProductFields["riposte/account"] != m.Incident.Account ||
			!strings.HasSuffix(*f.ProductArn, ":product/"+moto.Account+"/default") {
			t.Errorf("after %s: %+v", m.DetailType, f)
		}
	}
}
