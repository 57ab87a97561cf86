package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.JulianFields;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.tck.SettableClock;

final class EnvelopeTest {

  private static final BigDecimal MILLIS_A_DAY = new BigDecimal("86400000");
  private static final BigDecimal HALF_A_DAY = new BigDecimal("0.5");

  /** Half a unit of the ninth decimal place of a day, in milliseconds. */
  private static final BigDecimal HALF_A_UNIT = new BigDecimal("0.0432");

  private static final long SEED = 20261122;
  private static final int INSTANTS = 100_000;

  /** Compares with known dates, two of them from tables of the United States Naval Observatory. */
  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 2440587.500000000",
    "2000-01-01T12:00:00Z, 2451545.000000000",
    "2026-11-22T01:02:03.456Z, 2461366.543095556",
    "2024-02-29T23:59:59.999Z, 2460370.499999988",
    "1969-12-31T23:59:59.999Z, 2440587.499999988",
    "2100-02-28T00:00:00.001Z, 2488127.500000012"
  })
  void convertsKnownInstantsToJulianDates(Instant time, BigDecimal date) {
    assertThat(Envelope.julianDate(time)).isEqualTo(date);
  }

  @Test
  void julianDateRoundTripsToTheMillisecond() {
    Random random = new Random(SEED);
    long first = Instant.parse("1900-03-01T00:00:00Z").toEpochMilli();
    long last = Instant.parse("2200-01-01T00:00:00Z").toEpochMilli();
    for (int i = 0; i < INSTANTS; i++) {
      Instant time = Instant.ofEpochMilli(random.nextLong(first, last));
      OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
      BigDecimal date = Envelope.julianDate(time);
      long day = dayNumber(utc);
      assertThat(utc.getLong(JulianFields.JULIAN_DAY)).isEqualTo(day);
      BigDecimal millis =
          date.subtract(BigDecimal.valueOf(day).subtract(HALF_A_DAY)).multiply(MILLIS_A_DAY);
      BigDecimal error = millis.subtract(BigDecimal.valueOf(utc.getLong(ChronoField.MILLI_OF_DAY)));
      assertThat(error.abs()).as("%s", time).isLessThanOrEqualTo(HALF_A_UNIT);
      // A client that reads numbers as doubles gets the same millisecond.
      double days = Double.parseDouble(date.toString());
      assertThat(Math.round((days - 2440587.5) * 86_400_000)).isEqualTo(time.toEpochMilli());
    }
  }

  /** Returns the day that starts at noon; Fliegel and Van Flandern, CACM 11 (1968), 657. */
  private static long dayNumber(OffsetDateTime date) {
    long year = date.getYear();
    long month = date.getMonthValue();
    long fromMarch = (month - 14) / 12;
    return 1461 * (year + 4800 + fromMarch) / 4
        + 367 * (month - 2 - 12 * fromMarch) / 12
        - 3 * ((year + 4900 + fromMarch) / 100) / 4
        + date.getDayOfMonth()
        - 32075;
  }

  @ParameterizedTest
  @CsvSource({"420000, 0.42", "0, 0.0", "1, 1.0E-6", "1500000000, 1500.0", "-1000000, -1.0"})
  void responseHasStartTimeAndExecutionMillisAsFloat(long nanos, String millis) throws IOException {
    SettableClock clock = new SettableClock(Instant.parse("2026-11-22T01:02:03.456999Z"));
    AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
    TokenSecurity security = mock(TokenSecurity.class);
    when(security.clock()).thenReturn(clock);
    when(security.nanoTime()).thenReturn(nanoTime::get);

    Envelope envelope = Envelope.start(mock(HttpServletRequest.class), security);
    clock.move(Duration.ofHours(1));
    nanoTime.addAndGet(nanos);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    envelope.sendResult(responseWritingTo(body), json -> json.writeNumberField("Remaining", 7));

    assertThat(body.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"ServerDateTime\":\"2026-11-22T01:02:03.456Z\",\"TimeStamp\":2461366.543095556,"
                + "\"ExecutionTime\":"
                + millis
                + ",\"Result\":{\"Remaining\":7}}");
  }

  private static HttpServletResponse responseWritingTo(ByteArrayOutputStream body)
      throws IOException {
    ServletOutputStream stream = mock(ServletOutputStream.class);
    doAnswer(
            call -> {
              body.write(call.getArgument(0, byte[].class));
              return null;
            })
        .when(stream)
        .write(any(byte[].class));
    HttpServletResponse response = mock(HttpServletResponse.class);
    when(response.getOutputStream()).thenReturn(stream);
    return response;
  }
}
