package org.tokenfilter.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON (RFC 8259) as strictly as it is written: UTF-8 alone and all of it whole, no member
 * twice, nothing nested deeper than expected. Thread-safe.
 */
public final class StrictJson {

  private final JsonFactory factory;

  /** A reader. */
  public StrictJson(int maxNesting, JsonBuffers buffers) {
    factory =
        buffers.factory(
            JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(maxNesting).build()));
  }

  /**
   * Starts to read.
   *
   * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
   */
  public JsonParser parser(byte[] json) throws IOException {
    // Given bytes, the parser would guess among UTF-8, UTF-16 and UTF-32.
    CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
    return factory.createParser(text.array(), text.arrayOffset(), text.length());
  }
}
