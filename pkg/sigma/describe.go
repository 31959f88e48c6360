package sigma

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"riposte/pkg/detect"
)

// idOf returns the rule's ID: eight digits made of its UUID, which stay the same wherever its file lies. The UUID's own
// first digits would not do: people write UUIDs by hand, and published rules exist that share them.
func idOf(uuid string) string {
	sum := sha256.Sum256([]byte(uuid))
	return fmt.Sprintf("SIGMA-%X", sum[:4])
}

// classOf returns the class of a rule, from its title or, where that has no letter that can be used, from its file.
func classOf(title, file string) string {
	const most = 80
	for _, text := range []string{title, strings.TrimSuffix(path.Base(file), path.Ext(file)), "rule"} {
		if slug := strings.Trim(notSlug().ReplaceAllString(strings.ToLower(text), "-"), "-"); slug != "" {
			return "sigma-" + strings.Trim(slug[:min(len(slug), most)], "-")
		}
	}
	return "sigma-rule"
}

var notSlug = lazily(`[^a-z0-9]+`)

// docOf returns the rule's page in the sections that every rule has.
func docOf(r *rule) string {
	const most = 4000
	why := paragraph(r.description, most)
	if why == "" {
		why = r.title + "."
	}
	var unless []string
	for _, text := range r.falsePositives {
		if text = oneLine(text, maxLine); text != "" {
			unless = append(unless, text)
		}
	}
	if len(unless) == 0 {
		unless = []string{"The rule names none"}
	}
	what := "Ask whoever made the call whether it was meant, and look at what else they did. The rule stands in " + r.file + "."
	if links := linksOf(r); len(links) > 0 {
		urls := make([]string, len(links))
		for i, l := range links {
			urls[i] = "<" + l.URL + ">"
		}
		what += " More about it: " + strings.Join(urls, ", ") + "."
	}
	return "**Why it matters.** " + why + "\n\n**False positives.** " + strings.Join(unless, "; ") + "\n\n**What to do.** " + what
}

// paragraph joins the lines of a text for people into one, without what could begin another section.
func paragraph(text string, most int) string {
	return strings.ReplaceAll(oneLine(text, most), "**", "")
}

// oneLine joins the lines of a text and takes out what is invisible.
func oneLine(text string, most int) string {
	return detect.Line(strings.Join(strings.Fields(text), " "), most)
}

// refsOf returns where the knowledge behind the rule stands: itself, the techniques that its tags name, its references.
func refsOf(r *rule) []detect.Ref {
	refs := []detect.Ref{{Kind: "Sigma", Name: r.uuid + " in " + r.file, URL: "https://sigmahq.io/docs/basics/rules.html"}}
	for _, tag := range r.tags {
		if m := technique().FindStringSubmatch(strings.ToLower(tag)); m != nil {
			name, page := "T"+m[1], "T"+m[1]
			if m[2] != "" {
				name, page = name+"."+m[2], page+"/"+m[2]
			}
			refs = append(refs, detect.Ref{Kind: "ATT&CK", Name: name, URL: "https://attack.mitre.org/techniques/" + page + "/"})
		}
	}
	return append(refs, linksOf(r)...)
}

var technique = lazily(`^attack\.t([0-9]{4})(?:\.([0-9]{3}))?$`)

// linksOf returns those of the references that are web pages.
func linksOf(r *rule) []detect.Ref {
	const most = 20
	var links []detect.Ref
	for _, text := range r.references {
		text = strings.TrimSpace(text)
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.Host == "" || !plainURL().MatchString(text) || utf8.RuneCountInString(text) > 500 {
			continue
		}
		if links = append(links, detect.Ref{Kind: "Sigma", Name: u.Host + u.Path, URL: text}); len(links) == most {
			break
		}
	}
	return links
}

var plainURL = lazily(`^[!-;=?-_a-z~]+$`) // no white space, no < > { } | and no backquote
