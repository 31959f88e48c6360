package cloudtrail_test

import (
	"os"
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func unwanted(tb testing.TB) []byte {
	tb.Helper()
	b, err := os.ReadFile("testdata/describe_instances.json")
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// routes is an index as wide as the catalogue's, of which nothing wants the record.
func routes() *detect.Index {
	return detect.NewIndex([]*detect.Rule{
		{ID: "BEN-001", Pattern: detect.Pattern{
			{Source: "iam.amazonaws.com", Names: []string{"CreateAccessKey", "PutUserPolicy", "PutRolePolicy", "AttachRolePolicy"}},
		}},
		{ID: "BEN-002", Pattern: detect.Pattern{{Source: "cloudtrail.amazonaws.com", Names: []string{"StopLogging", "DeleteTrail"}}}},
		{ID: "BEN-003", Pattern: detect.Pattern{{Source: "ec2.amazonaws.com", Names: []string{"AuthorizeSecurityGroupIngress"}}}},
		{ID: "BEN-004", Pattern: detect.Pattern{{Source: "signin.amazonaws.com"}}},
		{ID: "BEN-005", Pattern: detect.Pattern{{Identity: "Root"}}},
	})
}

// BenchmarkRoute measures what a record costs that no rule wants.
func BenchmarkRoute(b *testing.B) {
	record, index := unwanted(b), routes()
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if index.Wants(cloudtrail.Scan(record)) {
			b.Fatal("the record is wanted")
		}
	}
}

// BenchmarkDecode measures the full decode of the same record.
func BenchmarkDecode(b *testing.B) {
	record := unwanted(b)
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cloudtrail.DecodeAny(record); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRouteAllocatesNothing(t *testing.T) {
	record, index := unwanted(t), routes()
	if index.Wants(cloudtrail.Scan(record)) {
		t.Fatal("the record is wanted")
	}
	if n := testing.AllocsPerRun(100, func() { index.Wants(cloudtrail.Scan(record)) }); n != 0 {
		t.Errorf("routing a record that no rule wants makes %v allocations, want 0", n)
	}
}
