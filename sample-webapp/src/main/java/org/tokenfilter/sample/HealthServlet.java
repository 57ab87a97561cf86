package org.tokenfilter.sample;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.BackgroundTaskHealth;
import org.tokenfilter.config.Health;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService.ChangeFeedState;

/**
 * {@code GET /public/health}: the health of the application and of its token security. It performs
 * no I/O, so it may be public and called at any rate.
 *
 * <pre>{@code
 * {"status":"ok","store":"ok","feed":{"fresh":true,"age":123},"keys":{"active":"k1","age":86400},
 *  "tasks":{"uses":{"overdue":false,"success":412,"failure":null,"kind":null,"failures":0}},
 *  "clock":{"ahead":0}}
 * }</pre>
 *
 * <p>The store is {@code ok} or {@code failing}. The feed is null if each request reads the store;
 * its age is in milliseconds. The age of the key is in seconds. An unknown age is null. Each
 * background task has a flag for being overdue, the milliseconds since its last success and its
 * last failure, and the kind and number of its failures.
 */
public final class HealthServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final JsonFactory JSON = new JsonFactory();

  /** A servlet for web.xml. */
  public HealthServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Health health = TokenSecurity.of(getServletContext()).health();
    response.setContentType("application/json;charset=UTF-8");
    try (JsonGenerator json = JSON.createGenerator(response.getWriter())) {
      json.writeStartObject();
      json.writeStringField("status", "ok");
      json.writeStringField("store", health.storeAnswers() ? "ok" : "failing");
      write(json, health.feed());
      json.writeObjectFieldStart("keys");
      json.writeStringField("active", health.key().kid());
      Duration age = health.key().age();
      writeAge(json, age == null ? null : age.toSeconds());
      json.writeEndObject();
      write(json, health.clockAhead());
      json.writeObjectFieldStart("tasks");
      for (BackgroundTaskHealth task : health.tasks()) {
        write(json, task);
      }
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, BackgroundTaskHealth task) throws IOException {
    json.writeObjectFieldStart(task.name());
    json.writeBooleanField("overdue", task.overdue());
    json.writeFieldName("success");
    writeMillis(json, task.sinceSuccess());
    json.writeFieldName("failure");
    writeMillis(json, task.sinceFailure());
    json.writeStringField("kind", task.failure());
    json.writeNumberField("failures", task.failures());
    json.writeEndObject();
  }

  private static void writeMillis(JsonGenerator json, @Nullable Duration age) throws IOException {
    if (age == null) {
      json.writeNull();
    } else {
      json.writeNumber(age.toMillis());
    }
  }

  private static void write(JsonGenerator json, @Nullable ChangeFeedState feed) throws IOException {
    if (feed == null) {
      json.writeNullField("feed");
      return;
    }
    json.writeObjectFieldStart("feed");
    json.writeBooleanField("fresh", feed.fresh());
    Duration age = feed.age();
    writeAge(json, age == null ? null : age.toMillis());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable Duration clockAhead) throws IOException {
    if (clockAhead == null) {
      json.writeNullField("clock");
      return;
    }
    json.writeObjectFieldStart("clock");
    json.writeNumberField("ahead", clockAhead.toMillis());
    json.writeEndObject();
  }

  private static void writeAge(JsonGenerator json, @Nullable Long age) throws IOException {
    if (age == null) {
      json.writeNullField("age");
    } else {
      json.writeNumberField("age", age);
    }
  }
}
