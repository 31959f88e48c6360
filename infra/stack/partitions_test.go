package stack

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWatchedRegions holds that the regions in which global services and sign-ins are recorded are watched, whatever an
// operator lists, in every partition.
func TestWatchedRegions(t *testing.T) {
	for name, test := range map[string]struct {
		partition, home string
		asked, want     []string
	}{
		"one region":                 {"aws", "us-east-1", []string{"eu-west-1"}, []string{"us-east-1", "ap-southeast-2", "eu-north-1", "eu-west-1", "us-east-2", "us-west-2"}},
		"one that is watched anyway": {"aws", "us-east-1", []string{"us-west-2"}, []string{"us-east-1", "ap-southeast-2", "eu-north-1", "us-east-2", "us-west-2"}},
		"home elsewhere":             {"aws", "eu-central-1", []string{"us-east-1"}, []string{"us-east-1", "eu-central-1", "ap-southeast-2", "eu-north-1", "us-east-2", "us-west-2"}},
		"nothing asked": {"aws", "us-east-1", nil, []string{
			"us-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
			"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-2", "us-west-1", "us-west-2",
		}},
		"an opt-in region for home": {"aws", "eu-south-2", []string{"eu-south-2"}, []string{"us-east-1", "eu-south-2", "ap-southeast-2", "eu-north-1", "us-east-2", "us-west-2"}},
		"China":                     {"aws-cn", "cn-northwest-1", nil, []string{"cn-north-1", "cn-northwest-1"}},
		"GovCloud":                  {"aws-us-gov", "us-gov-east-1", []string{"us-gov-east-1"}, []string{"us-gov-west-1", "us-gov-east-1"}},
		"the sovereign cloud":       {"aws-eusc", "eusc-de-east-1", nil, []string{"eusc-de-east-1"}},
	} {
		if diff := cmp.Diff(test.want, watchedRegions(test.partition, test.home, test.asked)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPartitions holds that what is known of a partition belongs to it.
func TestPartitions(t *testing.T) {
	for name, p := range partitions() {
		for _, region := range slices.Concat([]string{p.iam}, p.global, p.enabled) {
			if err := checkRegion(region, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !slices.Contains(p.global, p.iam) || !slices.Contains(p.enabled, p.iam) {
			t.Errorf("%s: IAM's region is not watched", name)
		}
	}
	if n := len(partitions()["aws"].enabled); n != 17 {
		t.Errorf("%d regions are enabled from the beginning, want 17", n)
	}
}
