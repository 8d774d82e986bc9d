package kilonet.kernel.jupyter;

import kilonet.kernel.jupyter.Channels.Channel;

/**
 * A request of a client's.
 *
 * @param channel that it came by, and that the reply goes by
 * @param message what it says
 */
record Request(Channel channel, Message message) {}
