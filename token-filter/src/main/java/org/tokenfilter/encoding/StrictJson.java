package org.tokenfilter.encoding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A strict reader of JSON (RFC 8259). It accepts only well-formed UTF-8, no duplicate members and
 * no nesting deeper than expected. Thread-safe.
 */
public final class StrictJson {

  private final JsonFactory factory;

  /**
   * Creates a reader.
   *
   * @param maxNesting the maximum depth of nested objects and arrays
   * @param buffers the policy for recycling buffers
   */
  public StrictJson(int maxNesting, JsonBufferRecycler buffers) {
    factory =
        buffers.factory(
            JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(maxNesting).build()));
  }

  /**
   * Returns a parser of a JSON text.
   *
   * @throws java.nio.charset.CharacterCodingException if the text is not UTF-8
   */
  public JsonParser parser(byte[] json) throws IOException {
    // Decoded here, since the parser would guess among UTF-8, UTF-16 and UTF-32.
    CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
    return factory.createParser(text.array(), text.arrayOffset(), text.length());
  }
}
