# Loaded before an integration: its TLS connections to the vendor become plain ones to the server of the test.
# Every other host is refused.
package Redirect;
use strict;
use warnings;
no warnings qw(once redefine);

use HTTP::Tiny;

sub vendor {
    my ($host) = @_;
    die "no host of this test: $host\n" unless $host eq $ENV{PROOF_HOST};
    return '127.0.0.1', $ENV{PROOF_PORT};
}

my $connect = \&HTTP::Tiny::Handle::connect;
*HTTP::Tiny::Handle::connect = sub {
    my ($self, undef, $host) = @_;
    my ($address, $port) = vendor($host);
    return $connect->($self, 'http', $address, $port, $address);
};

if (eval { require LWP::Protocol::http; require Net::HTTP::Methods }) {
    LWP::Protocol::implementor('https', 'LWP::Protocol::http');
    my $configure = \&Net::HTTP::Methods::http_configure;
    *Net::HTTP::Methods::http_configure = sub {
        my ($self, $options) = @_;
        my ($host) = $options->{PeerAddr} =~ /^([^:]+)/;
        @$options{qw(PeerAddr PeerPort)} = vendor($host);
        return $configure->($self, $options);
    };
}

1;
