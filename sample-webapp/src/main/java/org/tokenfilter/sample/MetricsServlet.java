package org.tokenfilter.sample;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.metrics.TokenMetrics;

/**
 * {@code GET /metrics}: the meters of the filter in the text format of Prometheus. An application
 * that has a registry binds {@link TokenMetrics} to it, and needs no such class.
 */
public final class MetricsServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private transient @Nullable PrometheusMeterRegistry registry;
  private transient @Nullable TokenMetrics metrics;

  /** A servlet for web.xml. */
  public MetricsServlet() {}

  /** Binds the meters. The filters have started before any servlet. */
  @Override
  public void init() {
    registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics = new TokenMetrics(TokenSecurity.of(getServletContext()));
    metrics.bindTo(registry);
  }

  @Override
  public void destroy() {
    if (metrics != null) {
      metrics.close();
    }
    if (registry != null) {
      registry.close();
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (registry == null) {
      response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      return;
    }
    response.setContentType(TEXT);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.getWriter().write(registry.scrape());
  }
}
