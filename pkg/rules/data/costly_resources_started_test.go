package data

import "testing"

func TestIsCostly(t *testing.T) {
	costly := []string{
		"p5.48xlarge", "p4d.24xlarge", "g4dn.xlarge", "g5g.metal", "gr6.4xlarge", "trn1.2xlarge", "inf2.xlarge", "dl1.24xlarge",
		"f1.2xlarge", "vt1.3xlarge", "c7i.48xlarge", "m5.24xlarge", "i3.metal", "m7i.metal-24xl", "u-6tb1.112xlarge",
		"u7i-12tb.224xlarge", "ml.p3.8xlarge", "ml.g5.xlarge",
	}
	for _, kind := range costly {
		if !isCostly(kind) {
			t.Errorf("%s counts as ordinary", kind)
		}
	}
	ordinary := []string{
		"", "t3.micro", "m7g.large", "c7gn.16xlarge", "c5.18xlarge", "r6g.xlarge", "i4g.large", "im4gn.large", "is4gen.large",
		"mac2.large", "x2gd.large", "z1d.large", "hpc7g.16xlarge", "d3.xlarge", "ml.t3.medium", "ml.m5.xlarge", ".", "xlarge",
	}
	for _, kind := range ordinary {
		if isCostly(kind) {
			t.Errorf("%s counts as costly", kind)
		}
	}
}
