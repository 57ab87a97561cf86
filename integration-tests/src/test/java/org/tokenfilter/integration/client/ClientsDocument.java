package org.tokenfilter.integration.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The transcripts in docs/clients.md; {@code -DwriteDocuments=true} rewrites them. */
final class ClientsDocument {

  private static final Path FILE = Path.of("../docs/clients.md");

  private ClientsDocument() {}

  /** Asserts that the document shows this transcript between the marks of a section. */
  static void requireShown(String section, String transcript) throws IOException {
    String text = Files.readString(FILE);
    Matcher place =
        Pattern.compile(
                "(<!-- begin %s -->\n)(.*?)(<!-- end %s -->)".formatted(section, section),
                Pattern.DOTALL)
            .matcher(text);
    if (!place.find()) {
      throw new AssertionError("docs/clients.md has no place for " + section);
    }
    if (Boolean.getBoolean("writeDocuments")) {
      Files.writeString(
          FILE, text.substring(0, place.end(1)) + transcript + text.substring(place.start(3)));
    } else {
      assertThat(place.group(2)).isEqualTo(transcript);
    }
  }
}
