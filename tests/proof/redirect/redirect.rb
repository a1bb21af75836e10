# Loaded before an integration: its TLS connections to the vendor become plain ones to the server of the test.
# Every other host is refused.
require 'net/http'

module Redirect
  def connect
    raise "no host of this test: #{address}" unless address == ENV.fetch('PROOF_HOST')

    @ipaddr = '127.0.0.1'
    @port = ENV.fetch('PROOF_PORT').to_i
    @use_ssl = false
    super
  end
end

Net::HTTP.prepend(Redirect)
