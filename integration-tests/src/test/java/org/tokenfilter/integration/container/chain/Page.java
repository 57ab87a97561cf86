package org.tokenfilter.integration.container.chain;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * A page that records its run, and takes the next step of the header {@code Chain}. Its init-param
 * {@code letter} is its name in the record.
 */
public class Page extends HttpServlet {

  private static final long serialVersionUID = 1;

  private static final String POSITION = "chain.position";
  private static final String THREADS = "chain.threads";

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    Object reached = request.getAttribute(POSITION);
    int position = reached == null ? 0 : (Integer) reached;
    String letter = getInitParameter("letter");
    PageRunLog.record(
        request.getHeader("Chain-Id"), letter + position + "=" + request.getRemoteUser());
    response.getWriter().print(letter.equals("S") ? "[secret]" : "[" + letter + "]");
    String[] steps = request.getHeader("Chain").split(",", -1);
    if (position < steps.length && !steps[position].isEmpty()) {
      request.setAttribute(POSITION, position + 1);
      takeStep(steps[position], position + 1, request, response);
    }
  }

  private void takeStep(
      String step, int position, HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    char thread = step.charAt(0);
    char how = step.charAt(1);
    char target = step.charAt(2);
    if (thread == '-') {
      executeStep(how, target, position, request, response);
      return;
    }
    AsyncContext async = asyncContext(thread, request, response);
    PendingThreads threads = (PendingThreads) request.getAttribute(THREADS);
    threads.begin();
    OutermostDispatch outermost = Objects.requireNonNull(OutermostDispatch.current());
    CountDownLatch done = new CountDownLatch(1);
    boolean asGiven = thread != 'u';
    HttpServletRequest own = asGiven ? request : (HttpServletRequest) async.getRequest();
    HttpServletResponse httpResponse =
        asGiven ? response : (HttpServletResponse) async.getResponse();
    OutermostDispatch.Step goOn = () -> executeStep(how, target, position, own, httpResponse);
    OutermostDispatch.Step timely = thread == 'w' ? goOn : outermost.afterReturn(goOn);
    Runnable run =
        () -> {
          try {
            timely.run();
          } catch (Exception failed) {
            // A failure of a thread has no error page.
          } finally {
            done.countDown();
            threads.end(async);
          }
        };
    try {
      if (asGiven || getServletContext().getServerInfo().contains("Undertow")) {
        async.start(run);
      } else {
        new Thread(run, "page").start();
      }
    } catch (RuntimeException refused) {
      threads.end(async);
      throw refused;
    }
    if (thread == 'w') {
      OutermostDispatch.await(done);
    }
  }

  private static AsyncContext asyncContext(
      char thread, HttpServletRequest request, HttpServletResponse response) {
    if (request.isAsyncStarted()) {
      return request.getAsyncContext();
    }
    AsyncContext async =
        thread == 'u' ? request.startAsync() : request.startAsync(request, response);
    async.setTimeout(OutermostDispatch.TIMEOUT_MS);
    request.setAttribute(THREADS, new PendingThreads());
    return async;
  }

  private void executeStep(
      char how, char target, int position, HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    HttpServletRequest handed = disguise(request);
    switch (how) {
      case 'E' -> response.sendError(PageLocation.of(target).status());
      case 'X' -> throw PageFailure.withErrorPageAt(target);
      case 'D' -> {
        AsyncContext async = asyncContext('-', request, response);
        ((PendingThreads) request.getAttribute(THREADS)).handOver();
        OutermostDispatch.continueByDispatch(request);
        async.dispatch(PageLocation.of(target).path(position));
      }
      case 'F' -> byPath(target, position, request).forward(handed, response);
      case 'I' -> byPath(target, position, request).include(handed, response);
      case 'N' -> byName(target).forward(handed, response);
      case 'M' -> byName(target).include(handed, response);
      default -> throw new IllegalArgumentException("unknown kind of step: " + how);
    }
  }

  /** Returns the request for the dispatch: applications wrap requests, and set their attributes. */
  private static HttpServletRequest disguise(HttpServletRequest request) {
    String dress = String.valueOf(request.getHeader("Chain-Dress"));
    if (dress.equals("attributes")) {
      request.setAttribute(RequestDispatcher.FORWARD_REQUEST_URI, "/public/page/else");
      request.setAttribute(RequestDispatcher.FORWARD_SERVLET_PATH, "/public/page");
      request.setAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH, "/public/page");
      request.setAttribute(RequestDispatcher.INCLUDE_PATH_INFO, "/else");
      request.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, 404);
      request.removeAttribute(RequestDispatcher.FORWARD_PATH_INFO);
    }
    return switch (dress) {
      case "wrapper" -> new MisleadingRequest(request, true);
      case "path" -> new MisleadingRequest(request, false);
      default -> request;
    };
  }

  private static RequestDispatcher byPath(char target, int position, HttpServletRequest request) {
    String path = target == 'O' ? ownPath(request) : PageLocation.of(target).path(position);
    return Objects.requireNonNull(request.getRequestDispatcher(path));
  }

  /** Returns the path of this page, whether it was included or not. */
  private static String ownPath(HttpServletRequest request) {
    Object included = request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH);
    Object more =
        included == null
            ? request.getPathInfo()
            : request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO);
    return (included == null ? request.getServletPath() : included)
        + (more == null ? "" : more.toString());
  }

  private RequestDispatcher byName(char target) {
    return Objects.requireNonNull(
        getServletContext().getNamedDispatcher(PageLocation.of(target).servletName()));
  }
}
