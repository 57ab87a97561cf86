package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.Rejection;

/**
 * The envelope of each response of the token queries: the server's time, as a text and as a Julian
 * date, the execution time, and a result or an error.
 */
final class Envelope {

  private static final String ATTRIBUTE = Envelope.class.getName();

  /** The Julian date of 1970-01-01T00:00:00Z. */
  private static final BigDecimal EPOCH = new BigDecimal("2440587.5");

  private static final BigDecimal MILLIS_PER_DAY =
      BigDecimal.valueOf(Duration.ofDays(1).toMillis());

  /** The decimal places of a Julian date; a millisecond is 1.2e-8 of a day. */
  private static final int JULIAN_DIGITS = 9;

  private static final double NANOS_PER_MILLI = 1e6;

  private final Instant serverTime;
  private final LongSupplier nanoTime;
  private final long startNanos;

  private Envelope(Instant serverTime, LongSupplier nanoTime) {
    this.serverTime = serverTime;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  /** Starts the envelope of a request and stores it in the request. */
  static Envelope start(HttpServletRequest request, TokenSecurity security) {
    Envelope envelope = new Envelope(security.clock().instant(), security.nanoTime());
    request.setAttribute(ATTRIBUTE, envelope);
    return envelope;
  }

  void sendResult(HttpServletResponse response, JsonResponse.Members result) throws IOException {
    setNoReferrer(response);
    JsonResponse.send(response, json -> write(json, "Result", result));
  }

  private void sendErrors(Problem problem, String detail, HttpServletResponse response)
      throws IOException {
    setNoReferrer(response);
    byte[] body =
        JsonResponse.toBytes(
            json ->
                write(
                    json,
                    "Errors",
                    errors -> {
                      errors.writeNumberField("Status", problem.status());
                      errors.writeStringField("Detail", detail);
                    }));
    problem.send(response, JsonResponse.CONTENT_TYPE, body);
  }

  private void write(JsonGenerator json, String name, JsonResponse.Members members)
      throws IOException {
    json.writeStringField("ServerDateTime", JsonValues.formatInstant(serverTime));
    json.writeFieldName("TimeStamp");
    json.writeNumber(julianDate(serverTime));
    json.writeNumberField("ExecutionTime", (nanoTime.getAsLong() - startNanos) / NANOS_PER_MILLI);
    json.writeObjectFieldStart(name);
    members.writeTo(json);
    json.writeEndObject();
  }

  /** Returns the days since noon of 1 January 4713 BC, as UTC days without leap seconds. */
  static BigDecimal julianDate(Instant time) {
    return BigDecimal.valueOf(time.toEpochMilli())
        .divide(MILLIS_PER_DAY, JULIAN_DIGITS, RoundingMode.HALF_EVEN)
        .add(EPOCH);
  }

  /** Writes the milliseconds until a token expires; writes nothing if it never does. */
  static void writeRemaining(JsonGenerator json, ActiveToken token) throws IOException {
    Duration remaining = token.remaining();
    if (remaining != null) {
      json.writeNumberField("Remaining", remaining.toMillis());
    }
  }

  /** Keeps a token in the URL of this response out of the Referer header of later requests. */
  private static void setNoReferrer(HttpServletResponse response) {
    response.setHeader("Referrer-Policy", "no-referrer");
  }

  /**
   * The error format of the token queries. An authentic token that is expired or unknown is
   * reported as gone.
   */
  static final class EnvelopeErrorFormat implements ErrorFormat {

    @Override
    public Problem problemFor(Rejection rejection, Problems problems) {
      return rejection == Rejection.EXPIRED || rejection == Rejection.UNKNOWN
          ? problems.gone()
          : problems.of(rejection);
    }

    @Override
    public Problem problemForFailure(Problems problems) {
      return problems.failed();
    }

    @Override
    public void send(
        Problem problem, String why, HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      @Nullable Object envelope = request.getAttribute(ATTRIBUTE);
      if (!(envelope instanceof Envelope opened)) {
        throw new IllegalStateException("the request has no envelope; start one first");
      }
      opened.sendErrors(problem, detail(problem.status(), why), response);
    }

    /**
     * Returns the description for the client. Only a bad request or a wrong method is explained; a
     * caller without a valid token learns no more than that.
     */
    private static String detail(int status, String why) {
      return switch (status) {
        case HttpServletResponse.SC_BAD_REQUEST, HttpServletResponse.SC_METHOD_NOT_ALLOWED -> why;
        case HttpServletResponse.SC_UNAUTHORIZED -> "not authenticated";
        case HttpServletResponse.SC_GONE -> "expired";
        case HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
            HttpServletResponse.SC_SERVICE_UNAVAILABLE ->
            "not available";
        default -> "refused";
      };
    }
  }
}
