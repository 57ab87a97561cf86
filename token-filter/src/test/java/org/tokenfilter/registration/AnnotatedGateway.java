package org.tokenfilter.registration;

import jakarta.servlet.annotation.WebFilter;
import org.tokenfilter.endpoint.ServiceGatewayFilter;

/** The service gateway as an application registers it by annotation. */
@WebFilter(
    filterName = "service-gateway",
    urlPatterns = {"/cra/serviceGateway/services/*", "/cra/ServiceGateway/Services/*"},
    asyncSupported = true)
public class AnnotatedGateway extends ServiceGatewayFilter {}
