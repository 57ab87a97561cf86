package org.tokenfilter.integration.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The recipe of docs/proxies.md for one proxy, with addresses and files of a test filled in. */
final class Recipe {

  private String text;

  /** Reads the only fence of this language. */
  Recipe(String language) throws IOException {
    String document = Files.readString(Path.of("../docs/proxies.md"));
    List<String> found =
        Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$")
            .matcher(document)
            .results()
            .map((MatchResult it) -> it.group(1))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError("the document has " + found.size() + " recipes of " + language);
    }
    text = found.get(0);
  }

  /** Replaces a text of the document, which must be present. */
  Recipe with(String shown, Object real) {
    if (!text.contains(shown)) {
      throw new AssertionError("the recipe does not show " + shown);
    }
    text = text.replace(shown, real.toString());
    return this;
  }

  @Override
  public String toString() {
    return text;
  }
}
