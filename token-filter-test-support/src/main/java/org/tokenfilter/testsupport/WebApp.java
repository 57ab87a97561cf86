package org.tokenfilter.testsupport;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.FilterMapping;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;

/** A web application on a separate Jetty on loopback, and an HTTP client of it. */
public final class WebApp implements AutoCloseable {

  /** The behaviour of a test servlet. */
  @FunctionalInterface
  public interface Action {
    void answer(HttpServletRequest request, HttpServletResponse response) throws Exception;
  }

  /** Longer than any answer takes; a request that takes longer hangs. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final ServletContextHandler context;
  private final HttpClient client = HttpClient.newHttpClient();

  public WebApp() {
    this("");
  }

  public WebApp(String contextPath) {
    context = new ServletContextHandler(contextPath.isEmpty() ? "/" : contextPath);
    server.setHandler(context);
  }

  /** Adds the filter as web.xml does: on all paths, for all dispatcher types. */
  public WebApp filter(Filter filter, Map<String, String> initParams) {
    return filter(filter, "/*", initParams);
  }

  public WebApp filter(Filter filter, String mapping, Map<String, String> initParams) {
    FilterHolder holder = new FilterHolder(filter);
    holder.setInitParameters(initParams);
    holder.setAsyncSupported(true);
    context.addFilter(holder, mapping, EnumSet.allOf(DispatcherType.class));
    return this;
  }

  /**
   * Maps the filters to dispatches by servlet name as well: those match no path (Jakarta Servlet,
   * 6.2.5).
   */
  public WebApp mapToServletNames() {
    for (FilterHolder filter : context.getServletHandler().getFilters()) {
      FilterMapping mapping = new FilterMapping();
      mapping.setFilterName(filter.getName());
      mapping.setServletName("*");
      mapping.setDispatcherTypes(EnumSet.of(DispatcherType.FORWARD, DispatcherType.INCLUDE));
      context.getServletHandler().addFilterMapping(mapping);
    }
    return this;
  }

  public WebApp servlet(String mapping, Servlet servlet) {
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    holder.setInitOrder(1);
    context.addServlet(holder, mapping);
    return this;
  }

  public WebApp servlet(String mapping, Action action) {
    return servlet(mapping, servlet(action));
  }

  /** Returns a servlet that runs this action for each request. */
  @SuppressWarnings("serial")
  public static Servlet servlet(Action action) {
    return new HttpServlet() {
      @Override
      protected void service(HttpServletRequest request, HttpServletResponse response)
          throws ServletException, IOException {
        try {
          action.answer(request, response);
        } catch (ServletException | IOException | RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new ServletException(e);
        }
      }
    };
  }

  public ServletContextHandler context() {
    return context;
  }

  public WebApp start() throws Exception {
    server.start();
    return this;
  }

  public int port() {
    return ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
  }

  /** Sends a request; headers come as name, value, name, value. */
  public HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(TIMEOUT)
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, headers);
  }

  /** Posts a body; headers come as name, value, name, value. */
  public HttpResponse<String> post(String path, String contentType, String body, String... headers)
      throws IOException, InterruptedException {
    return post(path, contentType, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /**
   * Posts a body, byte for byte, without a header Content-Type if the type is empty. Each call
   * opens a new connection: if the body is refused unread, Jetty closes the connection, possibly
   * after the next request was sent.
   */
  public HttpResponse<String> post(String path, String contentType, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return sendBody("POST", path, contentType, body, headers);
  }

  /** Sends a body by any method, like {@link #post(String, String, byte[], String...)}. */
  public HttpResponse<String> sendBody(
      String method, String path, String contentType, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Gets a session token from family 1. */
  public Session session(String credentials, int minutes) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        get(
            context.getContextPath().replaceAll("/$", "")
                + "/security/rest/token/access/session/"
                + minutes,
            "Authorization",
            basic(credentials));
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.headers().map());
    }
    return new Session(member(answer.body(), "access_token"), member(answer.body(), "session"));
  }

  /** Gets an open token from family 1. */
  public String open(String credentials, int minutes) throws IOException, InterruptedException {
    return member(
        get("/security/rest/token/access/" + minutes, "Authorization", basic(credentials)).body(),
        "access_token");
  }

  /** A session token and its session id. */
  public record Session(String token, String id) {
    /** Returns the headers that present both. */
    public String[] headers() {
      return new String[] {"Authorization", "Bearer " + token, "Cookie", "SESSION=" + id};
    }
  }

  public static String basic(String credentials) {
    return "Basic "
        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a member of a JSON object whose value is a string. */
  public static String member(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    if (!matcher.find()) {
      throw new AssertionError("no member " + name + " in " + json);
    }
    return matcher.group(1);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new AssertionError("Jetty did not stop", e);
    }
  }
}
