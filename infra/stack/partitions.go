package stack

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A partition is one of AWS's separate clouds, and what is known of its regions.
type partition struct {
	prefixes []string // of its regions' names; none for the one that all other names belong to
	domain   string   // of its services, where it is not amazonaws.com
	// iam is the region where IAM's events arrive, and so the first that is watched.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
	iam string
	// global are the regions in which events of global services and sign-ins are recorded, wherever people work. Root signs in
	// in the first three of partition aws, and IAM users by the global endpoint in the others.
	// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
	global []string
	// enabled are the regions that every account has from the beginning.
	enabled []string
}

func partitions() map[string]partition {
	return map[string]partition{
		"aws": {
			iam:    "us-east-1",
			global: []string{"us-east-1", "us-east-2", "us-west-2", "eu-north-1", "ap-southeast-2"},
			enabled: []string{
				"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
				"ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1",
				"sa-east-1",
			},
		},
		"aws-cn": {
			prefixes: []string{"cn-"}, iam: "cn-north-1", domain: "amazonaws.com.cn", global: []string{"cn-north-1"},
			enabled: []string{"cn-north-1", "cn-northwest-1"},
		},
		"aws-us-gov": {
			prefixes: []string{"us-gov-"}, iam: "us-gov-west-1", global: []string{"us-gov-west-1"},
			enabled: []string{"us-gov-west-1", "us-gov-east-1"},
		},
		"aws-eusc": {
			prefixes: []string{"eusc-"}, iam: "eusc-de-east-1", domain: "amazonaws.eu", global: []string{"eusc-de-east-1"},
			enabled: []string{"eusc-de-east-1"},
		},
	}
}

func partitionNames() []string { return slices.Sorted(maps.Keys(partitions())) }

// partitionOf returns the partition of a region by its name.
func partitionOf(region string) string {
	for name, p := range partitions() {
		if slices.ContainsFunc(p.prefixes, func(prefix string) bool { return strings.HasPrefix(region, prefix) }) {
			return name
		}
	}
	return "aws"
}

var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)

// checkRegion refuses what is no region of a partition. Whether an account has it enabled only AWS knows.
func checkRegion(region, partition string) error {
	if !regionName.MatchString(region) {
		return fmt.Errorf("%q is no region: want a name such as %s", region, partitions()[partition].iam)
	}
	if of := partitionOf(region); of != partition {
		return fmt.Errorf("%s is a region of partition %s, and the deployment is in %s", region, of, partition)
	}
	return nil
}

// watchedRegions returns the regions to watch: those that were asked for, those in which global services and sign-ins are
// recorded, and the home region. The first is IAM's, the home region follows, and the rest is in alphabetical order.
func watchedRegions(partition, home string, asked []string) []string {
	p := partitions()[partition]
	if len(asked) == 0 {
		asked = p.enabled
	}
	rest := slices.Compact(slices.Sorted(slices.Values(slices.Concat(asked, p.global))))
	rest = slices.DeleteFunc(rest, func(r string) bool { return r == p.iam || r == home })
	if home == p.iam {
		return append([]string{home}, rest...)
	}
	return append([]string{p.iam, home}, rest...)
}
