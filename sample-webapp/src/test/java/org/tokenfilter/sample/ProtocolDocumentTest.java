package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares docs/protocol.md with the answers of the sample to the requests on that page. {@code
 * -DwriteDocuments=true} records the answers anew.
 */
final class ProtocolDocumentTest {

  private static final Path DOCUMENT = Path.of("../docs/protocol.md");

  /** A request, and the answer after it, if there is one yet. */
  private static final Pattern EXCHANGE =
      Pattern.compile("(?ms)^```http\n(.*?)(?:\nHTTP/1\\.1 .*?)?^```$");

  @TempDir private Path folder;

  @Test
  void sampleAnswersEveryExchangeAsShown() throws Exception {
    String written = Files.readString(DOCUMENT);
    StringBuilder recorded = new StringBuilder();
    Placeholders names = new Placeholders();
    int count = 0;
    try (WebApplication sample = Sample.start(folder.resolve("data"), Map.of())) {
      Matcher exchange = EXCHANGE.matcher(written);
      while (exchange.find()) {
        String request = exchange.group(1);
        String answer = new RecordedExchange(request).answer(sample, names);
        String block = "```http\n" + request + "\n" + answer + "```";
        exchange.appendReplacement(recorded, Matcher.quoteReplacement(block));
        count++;
      }
      exchange.appendTail(recorded);
    }
    if (Boolean.getBoolean("writeDocuments")) {
      Files.writeString(DOCUMENT, recorded);
    }
    assertThat(Files.readString(DOCUMENT)).isEqualTo(recorded.toString());
    assertThat(count).isGreaterThan(50);
  }
}
