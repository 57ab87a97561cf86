package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import jakarta.servlet.ServletContextEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The last line of the start, which shows the address. */
final class AddressNoticeTest {

  private static final Duration MAX_WAIT = Duration.ofMinutes(1);

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final PrintStream console = System.out;
  private final AtomicInteger status = new AtomicInteger(503);
  private final AtomicInteger requestCount = new AtomicInteger();
  private final ServletContextEvent event =
      new ServletContextEvent(new WebAppContext().getServletContext());
  private HttpServer server;
  private String address;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
          requestCount.incrementAndGet();
        });
    server.start();
    address = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    System.setOut(new PrintStream(shown, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    System.setOut(console);
    server.stop(0);
  }

  private String shown() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Test
  void printsAddressOnceTheServerAnswers() throws Exception {
    AddressNotice notice = new AddressNotice();
    SystemProperties.runWith(
        Map.of("sample.address", address),
        () -> {
          notice.contextInitialized(event);
          return notice;
        });
    await().atMost(MAX_WAIT).until(() -> requestCount.get() > 2);
    assertThat(shown()).as("a server that has not started").isEmpty();

    status.set(200);
    await().atMost(MAX_WAIT).until(() -> !shown().isEmpty());

    assertThat(shown()).isEqualToIgnoringNewLines("The sample is ready. Open " + address);
    notice.contextDestroyed(event);
  }

  @Test
  void printsNothingAfterTheSampleStops() throws Exception {
    AddressNotice notice = new AddressNotice();
    SystemProperties.runWith(
        Map.of("sample.address", address),
        () -> {
          notice.contextInitialized(event);
          return notice;
        });
    notice.contextDestroyed(event);

    await().atMost(MAX_WAIT).until(() -> threads() == 0);
    assertThat(shown()).isEmpty();
  }

  @Test
  void printsNothingWithoutAddressProperty() {
    new AddressNotice().contextInitialized(event);

    assertThat(threads()).isZero();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("sample address"))
        .count();
  }
}
