import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Ruler;

/**
 * Answers, line by line, whether event-ruler lets a pattern match an event. A question is {"pattern":"…","event":"…"},
 * both JSON texts; an answer is {"match":true}, {"match":false} or {"error":"…"}.
 */
public final class Oracle {
    private Oracle() {
    }

    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode question = json.readTree(line);
            ObjectNode answer = json.createObjectNode();
            try {
                answer.put("match", Ruler.matchesRule(question.get("event").asText(), question.get("pattern").asText()));
            } catch (Exception | AssertionError e) {
                answer.put("error", String.valueOf(e.getMessage()));
            }
            out.println(json.writeValueAsString(answer));
        }
        out.flush();
    }
}
